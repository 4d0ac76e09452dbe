import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Broker } from './broker.ts';
import { freePort } from './free-port.ts';

/** Starts an aedes in this process, as the demo does. */
export async function startAedes(): Promise<Broker & AsyncDisposable> {
  const port = await freePort();
  let running: { readonly aedes: Aedes; readonly server: Server; readonly sockets: Set<Socket> } | undefined;
  const stop = async (): Promise<void> => {
    if (running === undefined) return;
    const { aedes, server, sockets } = running;
    running = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => {
      aedes.close(() => resolve());
    });
  };
  const start = async (): Promise<void> => {
    const aedes = await Aedes.createBroker();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      aedes.handle(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    running = { aedes, server, sockets };
  };
  await start();
  return { url: `mqtt://127.0.0.1:${port}`, stop, start, [Symbol.asyncDispose]: stop };
}
