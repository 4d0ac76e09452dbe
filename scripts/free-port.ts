import { randomInt } from 'node:crypto';
import { claimName, isFreeTcp } from '../drivers/sip/control-port.ts';

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

/** False: another process of this machine, or this one, has claimed the port and may be about to listen on it. */
export const claimPort = async (port: number): Promise<boolean> =>
  (await claimName(`vestibule-port-${port}`)) !== undefined;
