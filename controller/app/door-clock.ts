import type { Clock, Timers } from '../ports/clock.ts';
import { StorageFault } from '../ports/journal.ts';
import type { Doors } from './doors.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

const minuteMs = 60_000;

interface DoorClockParts {
  readonly doors: Doors;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly recorder: Recorder;
  readonly log: Log;
}

/**
 * What time does to doors: LockedOpen hours begin and end with a minute of the building's clock, operators' modes at their
 * end. Whoever sets the clock says so, and everything is computed anew.
 */
export class DoorClock {
  readonly #parts: DoorClockParts;
  #timer: { cancel(): void } | undefined;
  #running = false;

  constructor(parts: DoorClockParts) {
    this.#parts = parts;
  }

  /** Now, and from now on by itself. */
  start(): void {
    this.#running = true;
    this.look('clock');
  }

  close(): void {
    this.#running = false;
    this.#timer?.cancel();
  }

  /** Nothing before `start` and after `close`: doors take no orders then. */
  look(cause: string): void {
    if (!this.#running) return;
    const { doors, log } = this.#parts;
    this.#timer?.cancel();
    try {
      doors.applyCauses(cause);
      this.#dropEnded();
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, 'the hours of the doors could not be looked at');
    }
    const ms = this.#untilNextMs();
    if (ms !== undefined) this.#timer = this.#parts.timers.after(ms, () => this.look('clock'));
  }

  /** An end that has come stays come, also when the clock is put back. */
  #dropEnded(): void {
    const { doors, recorder } = this.#parts;
    const ended = doors.endedSettings();
    if (ended.length === 0) return;
    recorder.commit(
      [],
      ended.map(({ door }) => ({ kind: 'operatorMode', setting: { door } })),
    );
  }

  /** Undefined: no door has hours, and no operator's mode an end. */
  #untilNextMs(): number | undefined {
    const { clock, doors } = this.#parts;
    const { now } = clock.reading();
    const minute = minuteMs - (now % minuteMs);
    try {
      const end = doors.nextEnd();
      if (end === undefined) return doors.anyHours() ? minute : undefined;
      return end <= now ? minute : Math.min(minute, end - now);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return minute;
    }
  }
}
