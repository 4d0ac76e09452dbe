import type { DoorId } from '../../controller/core/dataset.ts';
import type { Timers } from '../../controller/ports/clock.ts';
import type {
  DoorHardware,
  DoorHardwareInput,
  Release,
  Secure,
} from '../../controller/ports/door-hardware.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import { NamedTimers } from '../../controller/ports/named-timers.ts';
import type { SaltoBegun, SaltoLog } from '../../controller/ports/salto.ts';
import { stepSaltoDoor } from './door/door-machine.ts';
import {
  initialSaltoDoor,
  type SaltoDoorEffect,
  type SaltoDoorInput,
  type SaltoDoorState,
  type SaltoDoorTimer,
} from './door/door-state.ts';
import { emergencyOf, inputsOf } from './door/standing.ts';
import type { Seen, SiteDoor } from './door-look.ts';
import { unnamedProblem } from './problems.ts';
import type { SaltoSite } from './salto-site.ts';
import type { DoorOperation, SaltoDoorStatus } from './ship/doors.ts';

/** A door that SALTO cannot open now. */
class SaltoFault extends Error {
  readonly code = 'saltoUnavailable';
  override readonly name = 'SaltoFault';
}

export interface SaltoDoorParts {
  readonly door: DoorId;
  readonly site: SaltoSite;
  /** What SALTO calls this door and no other here: by its row, or by this device's configuration. */
  readonly saltoId: () => string | undefined;
  /** How long SALTO keeps the lock open after one opening. */
  readonly openTimeMs: number;
  readonly log: Pick<SaltoLog, 'begun' | 'setBegun'>;
  readonly timers: Timers;
}

/** One lock behind a SALTO server. It lets in whom SALTO lets in, too, and locks itself after each opening. */
export class SaltoDoor implements DoorHardware, SiteDoor {
  readonly simulated = false;
  /**
   * SALTO tells how the leaf stands, and is asked every few seconds: who goes through in between is not seen, and "not taken"
   * would give a guest's use back that was used.
   */
  readonly hasMonitor = false;
  readonly settles = 'later';
  readonly opensUnasked = true;
  readonly door: DoorId;
  readonly #parts: SaltoDoorParts;
  readonly #timers: NamedTimers<SaltoDoorTimer>;
  /** What the input and its line have said last. */
  readonly #fire = new Map<DoorHardwareInput['kind'], DoorHardwareInput>();
  #listener: ((input: DoorHardwareInput) => void) | undefined;
  #state: SaltoDoorState;
  #saltoId: string | undefined;
  #status: SaltoDoorStatus = 'unknown';
  #problem: string | undefined;
  /** The door is to be told well again once it is seen so and SALTO refuses nothing. */
  #isOwed = false;
  /** Nothing was under way when SALTO was asked how the door stands, and nothing has been told since. */
  #isStill = false;
  #closed = false;

  constructor(parts: SaltoDoorParts) {
    this.door = parts.door;
    this.#parts = parts;
    this.#timers = new NamedTimers(parts.timers);
    this.#state = initialSaltoDoor(begunOf(parts));
    parts.site.add(this);
  }

  saltoId(): string | undefined {
    try {
      this.#saltoId = this.#parts.saltoId();
    } catch (error) {
      // A row that the disk refuses says what it said last.
      if (!(error instanceof StorageFault)) throw error;
    }
    return this.#saltoId;
  }

  start(listener: (input: DoorHardwareInput) => void): void {
    this.#listener = listener;
    for (const input of this.#fire.values()) listener(input);
  }

  /** @throws SaltoFault for a passage where SALTO is known not to open; what lasts is told as soon as it can be */
  release(how: Release): void {
    if (how.kind === 'passage') this.#requireOpenable();
    this.#input(how.kind === 'passage' ? { kind: 'passage', forMs: how.forMs } : { kind: how.kind });
  }

  /** A fire alarm input that this door follows, wired to another one; also before the start. */
  fireInput(input: DoorHardwareInput): void {
    this.#fire.set(input.kind, input);
    this.#listener?.(input);
  }

  secure(how: Secure): void {
    this.#input({ kind: how });
  }

  /** Ends office mode, which nobody here watches any more; an emergency outlasts a restart. */
  close(): void {
    this.#listener = undefined;
    this.#closed = true;
    if (this.#state.standing === 'holdOpen') this.#input({ kind: 'lock' });
    this.#timers.cancelAll();
  }

  lookBegins(): void {
    this.#isStill = this.#state.underway === undefined;
  }

  seen(seen: Seen): void {
    const problem = seen.kind === 'unwell' ? seen.problem : unreached(seen.as.reached);
    const isNews = problem !== this.#problem || (problem === undefined && this.#isOwed);
    this.#problem = problem;
    if (isNews) {
      // A door that is seen well is none while SALTO refuses what lasts: the fault would come back with the next try.
      const { resting, underway } = this.#state;
      this.#isOwed = problem === undefined && (resting || underway !== undefined);
      if (!this.#isOwed) this.#listener?.({ kind: 'fault', problem });
    }
    // Not knowing ends no alarm.
    if (seen.kind !== 'stands' || seen.as.status === 'unknown') return;
    const inputs = inputsOf(this.#status, seen.as.status);
    this.#status = seen.as.status;
    for (const input of inputs) this.#listener?.(input);
    const emergency = emergencyOf(seen.as.status);
    if (this.#isStill && emergency !== undefined && !this.#closed) this.#input({ kind: 'seen', emergency });
  }

  #requireOpenable(): void {
    const { site } = this.#parts;
    const problem = this.saltoId() === undefined ? unnamedProblem : (site.problem ?? this.#problem);
    if (problem === undefined) return;
    // Whoever comes next finds it well, if it has come back.
    site.wake();
    this.#isOwed = true;
    throw new SaltoFault(problem);
  }

  #input(input: SaltoDoorInput): void {
    const { state, effects } = stepSaltoDoor(this.#state, input, this.#parts.openTimeMs);
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
  }

  #execute(effect: SaltoDoorEffect): void {
    switch (effect.kind) {
      case 'remember':
        this.#remember(effect.begun);
        return;
      case 'send':
        this.#isStill = false;
        void this.#operate(effect.operation);
        return;
      case 'obeyed':
        this.#listener?.(effect);
        return;
      case 'refused':
        this.#isOwed = true;
        this.#listener?.(effect);
        return;
      case 'startTimer':
        if (this.#closed) return;
        this.#timers.start(effect.timer, effect.ms, () =>
          this.#input({ kind: 'timer', timer: effect.timer }),
        );
        return;
      case 'cancelTimer':
        this.#timers.cancel(effect.timer);
        return;
      default:
        effect satisfies never;
    }
  }

  async #operate(operation: DoorOperation): Promise<void> {
    const id = this.saltoId();
    const operated =
      id === undefined
        ? ({ kind: 'failed', problem: unnamedProblem, outcome: 'notSent' } as const)
        : await this.#parts.site.operate(operation, id);
    this.#input(operated);
  }

  /** An emergency does not wait for a disk; without it a crash leaves this door as it was told. */
  #remember(begun: SaltoBegun): void {
    try {
      this.#parts.log.setBegun(this.door, begun);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
    }
  }
}

const unreached = (reached: boolean | undefined): string | undefined =>
  reached === false ? 'SALTO does not reach this lock.' : undefined;

/** A disk that cannot say is one that may have said yes: what has not been begun SALTO will not end. */
function begunOf({ log, door }: SaltoDoorParts): SaltoBegun {
  try {
    return log.begun(door);
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    return { office: true, emergency: true };
  }
}
