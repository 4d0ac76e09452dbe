import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { DoorId } from '../../controller/core/dataset.ts';
import type { AccessControl, Presented } from '../../controller/ports/access-control.ts';
import { type SimReply, SimRequest } from './sim-protocol.ts';
import type { SimulatedDoor } from './simulated-door.ts';

// An import statement would load whatever node:http names, undici among it: 50 ms of a start, and 16 MB.
const { createServer } = process.getBuiltinModule('node:http');

const maxBytes = 4_096;
/** Of a socket's path on Linux (unix(7): 108 with the final zero). */
const maxPathBytes = 107;

/** The socket for `vestibule-sim` cannot be made. */
export class SimSocketFault extends Error {
  readonly code = 'simSocket';
  constructor(path: string) {
    super(
      `${path} is too long for a socket (${maxPathBytes} bytes at most), which simulated doors need; choose a shorter stateDir.`,
    );
    this.name = 'SimSocketFault';
  }
}

/**
 * Lets a person play at the simulated doors, over a local socket (mode 0600) that exists only where the
 * configuration has simulated doors. Requests are `POST /` with a `SimRequest`, answers a `SimReply`.
 */
export class SimServer {
  readonly #path: string;
  readonly #doors: ReadonlyMap<DoorId, SimulatedDoor>;
  readonly #access: AccessControl;
  #server: Server | undefined;

  constructor(path: string, doors: ReadonlyMap<DoorId, SimulatedDoor>, access: AccessControl) {
    this.#path = path;
    this.#doors = doors;
    this.#access = access;
  }

  /** @throws SimSocketFault */
  async start(): Promise<void> {
    if (Buffer.byteLength(this.#path) > maxPathBytes) throw new SimSocketFault(this.#path);
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
        const reply =
          size > maxBytes ? { error: 'the request is too large' } : this.#answer(Buffer.concat(chunks));
        response.writeHead('error' in reply ? 400 : 200, { 'content-type': 'application/json' });
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

  #answer(body: Buffer): SimReply {
    let json: unknown;
    try {
      json = JSON.parse(body.toString('utf8'));
    } catch {
      return { error: 'the request is not JSON' };
    }
    const parsed = SimRequest.safeParse(json);
    if (!parsed.success) return { error: parsed.error.issues[0]?.message ?? 'the request is not understood' };
    const request = parsed.data;
    const door = this.#doors.get(request.door as DoorId);
    if (door === undefined) {
      const known = [...this.#doors.keys()].join(', ');
      return { error: `there is no simulated door "${request.door}"; this controller has: ${known}` };
    }
    return this.#play(request, door);
  }

  #play(request: SimRequest, door: SimulatedDoor): SimReply {
    switch (request.kind) {
      case 'code':
        return this.#present(door, `sim-keypad-${door.door}`, { kind: 'code', digits: request.digits });
      case 'card':
        return this.#present(door, 'sim-reader', { kind: 'bits', bits: request.bits, hex: request.hex });
      case 'tag':
        return this.#present(door, 'sim-reader', { kind: 'text', line: request.line });
      case 'rex':
      case 'fire':
      case 'tamper':
        door.play({ kind: request.kind, active: request.active });
        return { released: door.released };
      case 'monitor':
        door.play({ kind: 'monitor', open: request.open });
        return { released: door.released };
      case 'bolt':
        door.play({ kind: 'lockMonitor', locked: request.locked });
        return { released: door.released };
      case 'line': {
        const { contact, fault } = request;
        door.play({ kind: 'line', contact, fault: fault === 'sound' ? undefined : fault });
        return { released: door.released };
      }
      default:
        return request satisfies never;
    }
  }

  #present(door: SimulatedDoor, accessPoint: string, presented: Presented): SimReply {
    const { outcome, reason, seq, sentence } = this.#access.present(
      { door: door.door, accessPoint },
      presented,
    );
    return {
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(seq === undefined ? {} : { seq }),
      sentence,
      released: door.released,
    };
  }
}
