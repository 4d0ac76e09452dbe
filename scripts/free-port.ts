import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { isFreeTcp } from '../drivers/sip/control-port.ts';

/** Below the ports that the kernel hands out by itself, to clients too, and below those of `freeSipPort`. */
const first = 10_000;
const count = 11_000;

/** A loopback port that nobody listens on, and that nobody else who asks here is given before this process has ended. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + randomInt(count);
    if ((await claimPort(port)) && (await isFreeTcp(port))) return port;
  }
}

/**
 * False: another process of this machine, or this one, has claimed the port and may be about to listen on it. The claim is
 * a name among Linux's abstract sockets, which ends with its process.
 */
export async function claimPort(port: number): Promise<boolean> {
  const claim = createServer().unref();
  try {
    claim.listen(`\0vestibule-port-${port}`);
    await once(claim, 'listening');
    return true;
  } catch (error) {
    // Where there are no such sockets, nobody claims anything.
    return !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
  }
}
