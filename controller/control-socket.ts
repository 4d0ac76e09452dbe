/**
 * One JSON object in, one out, over a socket in the state folder (mode 0600): for whoever may write that folder. The lobby
 * screen's port is no place for it, because a browser reaches that. Requests are `POST /`.
 */
import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';

// An import statement would load whatever node:http names, undici among it: 50 ms of a start, and 16 MB.
const { createServer } = process.getBuiltinModule('node:http');

const maxBytes = 4_096;
/** Of a socket's path on Linux (unix(7): 108 with the final zero). */
const maxPathBytes = 107;

export class SocketPathFault extends Error {
  readonly code = 'socketPath';
  constructor(path: string) {
    super(`${path} is too long for a socket (${maxPathBytes} bytes at most); choose a shorter stateDir.`);
    this.name = 'SocketPathFault';
  }
}

export class ControlSocket {
  readonly #path: string;
  readonly #answer: (request: unknown, gone: AbortSignal) => unknown;
  #server: Server | undefined;

  /** `answer` is given undefined for what is not JSON, or too long. It may take its time, and hears when who asked has `gone`. */
  constructor(path: string, answer: (request: unknown, gone: AbortSignal) => unknown) {
    this.#path = path;
    this.#answer = answer;
  }

  /** @throws SocketPathFault */
  async start(): Promise<void> {
    if (Buffer.byteLength(this.#path) > maxPathBytes) throw new SocketPathFault(this.#path);
    // A socket left by a killed controller would refuse the address.
    rmSync(this.#path, { force: true });
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxBytes) chunks.push(chunk);
      });
      request.on('end', () => {
        const asked = size > maxBytes ? undefined : parsed(Buffer.concat(chunks).toString('utf8'));
        const gone = new AbortController();
        response.once('close', () => {
          if (!response.writableFinished) gone.abort();
        });
        Promise.resolve(this.#answer(asked, gone.signal)).then(
          (reply) => {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify(reply));
          },
          (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
        );
      });
    });
    server.requestTimeout = 0;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
    chmodSync(this.#path, 0o600);
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
