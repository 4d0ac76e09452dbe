import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Doors } from '../app/doors.ts';
import { DoorId } from '../core/dataset.ts';
import { type DoorTestReply, DoorTestRequest } from './protocol.ts';

// An import statement would load whatever node:http names, undici among it: 50 ms of a start, and 16 MB.
const { createServer } = process.getBuiltinModule('node:http');

const maxBytes = 4_096;

/** Lets whoever may write the state folder try its doors, over a socket in it (mode 0600). */
export class DoorTestServer {
  readonly #path: string;
  readonly #doors: Doors;
  #server: Server | undefined;

  constructor(path: string, doors: Doors) {
    this.#path = path;
    this.#doors = doors;
  }

  async start(): Promise<void> {
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
        const reply = size > maxBytes ? notUnderstood : this.#answer(Buffer.concat(chunks));
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(reply));
      });
    });
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

  #answer(body: Buffer): DoorTestReply {
    const request = read(body);
    if (request === undefined) return notUnderstood;
    const id = DoorId.safeParse(request.door);
    const door = id.success ? this.#doors.get(id.data) : undefined;
    if (door === undefined)
      return { kind: 'refused', why: 'unknownDoor', doors: this.#doors.all().map((one) => one.id) };
    if (request.kind === 'release') {
      const outcome = door.releaseForTest();
      if (outcome !== 'released') return { kind: 'refused', why: outcome };
    }
    const { mode, released, open, leaving, fault } = door.status();
    return {
      ...{ kind: 'door', mode, released, leaving, ...door.setup() },
      ...(open === undefined ? {} : { open }),
      ...(fault === undefined ? {} : { fault }),
    };
  }
}

const notUnderstood = { kind: 'refused', why: 'request' } as const satisfies DoorTestReply;

function read(body: Buffer): DoorTestRequest | undefined {
  try {
    return DoorTestRequest.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}
