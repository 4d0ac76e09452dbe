/**
 * What a door must do, said anew and apart from its machine: as intervals of time. A cause releases from an instant until an
 * instant; what is barred, open and alarmed follows from comparing them with now. It knows nothing of timers or effects.
 */
import type { DoorConfiguration, OpenHours, OperatorMode } from '../../../controller/core/door/state.ts';

/** Half-open: the cause holds before this instant. */
type Until = number;
const never: Until = 0;

export class DoorModel {
  readonly #door: DoorConfiguration;
  now = 1;
  lockdown = false;
  operator: OperatorMode | undefined;
  hours: OpenHours = 'closed';
  firstIsIn = false;
  fireInput = false;
  fireLine = false;
  rexPressed = false;
  pressedAt = 0;
  accessUntil: Until = never;
  egressUntil: Until = never;
  /** Somebody was let in and has not been seen to enter. */
  awaited = false;
  holderAwaited = false;
  open: boolean | undefined;
  forced = false;
  /** From when on the present opening counts; undefined: it does not. */
  standingSince: number | undefined;
  slow = false;
  tooLong = false;
  tampered = false;
  readonly faults = new Set<string>();

  constructor(door: DoorConfiguration) {
    this.#door = door;
  }

  get fire(): boolean {
    return this.#door.wiring.fire === 'release' && (this.fireInput || this.fireLine);
  }

  get openNow(): boolean {
    return this.hours === 'open' || (this.hours === 'firstIn' && this.firstIsIn);
  }

  get base(): OperatorMode {
    if (this.lockdown) return 'LockedDown';
    return this.operator ?? (this.openNow ? 'LockedOpen' : 'Locked');
  }

  get barred(): boolean {
    return this.base === 'LockedDown' || this.base === 'Blocked';
  }

  get held(): boolean {
    return this.fire || this.base === 'Unlocked' || this.base === 'LockedOpen';
  }

  get accessed(): boolean {
    return this.now < this.accessUntil;
  }

  get leaving(): boolean {
    return this.rexPressed || this.now < this.egressUntil;
  }

  /** A button that is pressed for a minute is stuck: nobody passes any more. */
  get stuck(): boolean {
    return this.rexPressed && this.now - this.pressedAt >= 60_000;
  }

  get passing(): boolean {
    return this.accessed || (this.leaving && !this.stuck);
  }

  get released(): boolean {
    return this.held || this.accessed || (this.leaving && this.#door.wiring.rex === 'release');
  }

  get mode(): string {
    if (this.fire) return 'Unlocked';
    return this.base === 'Locked' && this.accessed ? 'Accessed' : this.base;
  }

  /** When the present opening is too long. */
  get tooLongAt(): number {
    const { openTooLongMs, extendedAccessTimeMs, accessTimeMs } = this.#door.times;
    const more = this.slow ? extendedAccessTimeMs - accessTimeMs : 0;
    return (this.standingSince ?? Number.POSITIVE_INFINITY) + openTooLongMs + more;
  }

  grant(extended: boolean, isHolder: boolean): void {
    if (this.barred) return;
    const { accessTimeMs, extendedAccessTimeMs } = this.#door.times;
    const holderBefore = this.accessed && this.awaited && this.holderAwaited;
    this.accessUntil = this.now + (extended ? extendedAccessTimeMs : accessTimeMs);
    this.slow = extended;
    this.awaited = this.open !== true;
    this.holderAwaited = isHolder || holderBefore;
    if (isHolder && (!this.awaited || !this.#door.wiring.hasMonitor)) this.#enters();
    this.#restart();
  }

  press(active: boolean): void {
    if (active && !this.rexPressed) {
      this.pressedAt = this.now;
      this.egressUntil = this.now + this.#door.times.accessTimeMs;
      this.#restart();
    }
    // A button that was held keeps the way free to the end of the access time that had begun.
    if (!active && this.rexPressed) {
      const { accessTimeMs } = this.#door.times;
      const periods = Math.floor((this.now - this.egressUntil) / accessTimeMs) + 1;
      if (this.now >= this.egressUntil) this.egressUntil += periods * accessTimeMs;
    }
    this.rexPressed = active;
  }

  move(open: boolean): void {
    if (open === this.open) return;
    const { relockOn } = this.#door.times;
    const wasShut = this.open === false;
    if (open) {
      if (this.accessed && this.awaited && this.holderAwaited) this.#enters();
      const expected = this.released || this.leaving;
      if (wasShut && !expected) this.forced = true;
      this.awaited = false;
      if (this.accessed && relockOn === 'open') this.accessUntil = never;
    } else {
      if (this.accessed && !this.awaited && relockOn !== 'timeout') this.accessUntil = never;
      this.forced = false;
      this.tooLong = false;
      this.slow = false;
    }
    this.open = open;
  }

  /** Every cause has been looked at: what follows. `restart`s have happened. */
  settle(): void {
    if (this.barred) this.accessUntil = never;
    if (this.open !== true || this.held || this.forced) {
      this.standingSince = undefined;
      this.tooLong = false;
      return;
    }
    this.standingSince ??= this.now;
    if (this.now >= this.tooLongAt && !this.passing) this.tooLong = true;
  }

  #enters(): void {
    if (this.hours === 'firstIn') this.firstIsIn = true;
  }

  #restart(): void {
    if (!this.tooLong) this.standingSince = undefined;
  }
}
