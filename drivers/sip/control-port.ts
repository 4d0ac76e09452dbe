import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where the control port lies: a fixed range, so that one firewall rule covers it (docs/calls.md). */
const firstPort = 29_300;
const portCount = 200;

export interface ControlPort {
  readonly port: number;
  /** Once its engine has ended. */
  release(): void;
}

/**
 * A port of the range that nobody listens on; another one at every start, so that nobody can wait for it. No other engine of
 * this machine is given it before it is released: of two that listen on one port, baresip only warns, and whoever speaks to the
 * later one would speak to the earlier.
 */
export async function takeControlPort(): Promise<ControlPort> {
  const first = randomInt(portCount);
  for (let step = 0; step < portCount; step += 1) {
    const port = firstPort + ((first + step) % portCount);
    const release = await claimName(`vestibule-control-port-${port}`);
    if (release === undefined) continue;
    if (await isFreeTcp(port)) return { port, release };
    release();
  }
  throw new Error(`no port from ${firstPort} to ${firstPort + portCount - 1} is free on 127.0.0.1`);
}

/** A name among Linux's abstract sockets, which ends with its process. Undefined: somebody has it; otherwise, what gives it back. */
export async function claimName(name: string): Promise<(() => void) | undefined> {
  // Anybody on this machine may connect, and nobody has anything to say.
  const claim = createServer((socket) => socket.destroy()).unref();
  try {
    claim.listen(`\0${name}`);
    await once(claim, 'listening');
  } catch (error) {
    // Where there are no such sockets, nobody claims anything.
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? undefined : () => {};
  }
  return () => void claim.close();
}

/** Whether nobody listens on this TCP port of the loopback. */
export async function isFreeTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
