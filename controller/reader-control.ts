import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Log } from './app/log.ts';
import type { ReaderDesk } from './app/reader-desk.ts';
import { ReaderReply, ReaderRequest, readWithinMs } from './reader-protocol.ts';

// An import statement would load whatever node:http names, undici among it: 50 ms of a start, and 16 MB.
const { createServer } = process.getBuiltinModule('node:http');

const maxBytes = 4_096;
/** Of a socket's path on Linux (unix(7): 108 with the final zero). */
const maxPathBytes = 107;

/**
 * Lets whoever may write the state folder give readers their keys, over a socket in it (mode 0600) that is there only
 * where the configuration has readers. The lobby screen's port cannot: a browser reaches that.
 */
export class ReaderControl {
  readonly #path: string;
  readonly #desk: ReaderDesk;
  readonly #log: Log;
  #server: Server | undefined;

  constructor(path: string, desk: ReaderDesk, log: Log) {
    this.#path = path;
    this.#desk = desk;
    this.#log = log;
  }

  async start(): Promise<void> {
    if (Buffer.byteLength(this.#path) > maxPathBytes) {
      this.#log.error(
        { path: this.#path },
        'too long for a socket: readers work, and cannot be commissioned; choose a shorter stateDir',
      );
      return;
    }
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
        const answered = size > maxBytes ? notUnderstood() : this.#answer(Buffer.concat(chunks));
        answered.then(
          (reply) => {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify(reply));
          },
          (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
        );
      });
    });
    // An answer may wait as long as a window.
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

  async #answer(body: Buffer): Promise<ReaderReply> {
    let json: unknown;
    try {
      json = JSON.parse(body.toString('utf8'));
    } catch {
      return notUnderstood();
    }
    const parsed = ReaderRequest.safeParse(json);
    if (!parsed.success) return notUnderstood();
    const request = parsed.data;
    switch (request.kind) {
      case 'list':
        return ReaderReply.parse({ kind: 'list', readers: this.#desk.status() });
      case 'commission':
        return this.#desk.commission(request.reader, request.windowMs);
      case 'rotate':
        return this.#desk.rotate(request.reader);
      case 'read':
        return ReaderReply.parse(await this.#desk.readNext(request.reader, readWithinMs));
      default:
        return request satisfies never;
    }
  }
}

const notUnderstood = (): Promise<ReaderReply> => Promise.resolve({ kind: 'refused', why: 'request' });
