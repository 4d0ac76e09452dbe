import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isFreeTcp } from '../drivers/sip/control-port.ts';
import { claimPort } from './free-port.ts';

/** Below the ports that the kernel hands out by itself, and away from those of the engine's controls and sound. */
const first = 21_000;
const pairs = 4_000;

/** An even loopback port that is free for SIP over UDP and TCP, and the next one for TLS (or RTP and RTCP). */
export async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = first + 2 * randomInt(pairs);
    if (!(await claimPort(port))) continue;
    if ((await isFreeUdp(port)) && (await isFreeTcp(port)) && (await isFreeTcp(port + 1))) return port;
  }
}

async function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
  } catch {
    socket.close();
    return false;
  }
  socket.close();
  await once(socket, 'close');
  return true;
}
