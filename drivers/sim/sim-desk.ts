import type { DoorId } from '../../controller/core/dataset.ts';
import type { AccessControl, Presented } from '../../controller/ports/access-control.ts';
import { type SimReply, SimRequest } from './sim-protocol.ts';
import type { SimulatedDoor } from './simulated-door.ts';

/** Lets a person play at the simulated doors. */
export class SimDesk {
  readonly #doors: ReadonlyMap<DoorId, SimulatedDoor>;
  readonly #access: AccessControl;

  constructor(doors: ReadonlyMap<DoorId, SimulatedDoor>, access: AccessControl) {
    this.#doors = doors;
    this.#access = access;
  }

  answer(asked: unknown): SimReply {
    const parsed = SimRequest.safeParse(asked);
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
