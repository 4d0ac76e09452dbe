import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where the control port lies: a fixed range, so that one firewall rule covers it (docs/calls.md). */
const firstPort = 29_300;
const portCount = 200;

/** A port of the range that nobody listens on; another one at every start, so that nobody can wait for it. */
export async function freeControlPort(): Promise<number> {
  const first = randomInt(portCount);
  for (let step = 0; step < portCount; step += 1) {
    const port = firstPort + ((first + step) % portCount);
    if (await isFreeTcp(port)) return port;
  }
  throw new Error(`no port from ${firstPort} to ${firstPort + portCount - 1} is free on 127.0.0.1`);
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
