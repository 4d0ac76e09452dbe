import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export interface StuckSalto {
  readonly port: number;
  /** How many connections it has taken. */
  connections(): number;
  /** Ends once whoever is connected has been let go. */
  close(): Promise<void>;
}

/** A SALTO server that hangs: it accepts every connection on 127.0.0.1, reads what it is asked, and never answers. */
export async function stuckSalto(): Promise<StuckSalto> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stuck server does not listen');
  return {
    port: address.port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
