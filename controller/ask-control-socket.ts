import { request } from 'node:http';

/** Asks a running controller over one of its sockets. Rejects when none answers there, or with anything but JSON. */
export function askControlSocket(socketPath: string, body: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch (error) {
          reject(error);
        }
      });
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}
