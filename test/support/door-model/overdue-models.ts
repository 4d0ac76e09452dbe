/** Alarms for what lasts too long, as a stretch of time that is compared with now. */

/** A door that stands open: it counts from an instant, and anew from everybody who is let through. */
export class StandingModel {
  #since: number | undefined;
  #hasWarned = false;
  tooLong = false;

  /** An alarm that stands goes on: nobody shuts the door by going through it. */
  beginAnew(): void {
    if (!this.tooLong) this.#forget();
  }

  /** Whether it is to be warned of now. */
  judge(
    now: number,
    door: {
      readonly counts: boolean;
      readonly isPassing: boolean;
      readonly allowedMs: number;
      /** How long before the alarm it is warned of; 0: it is not. */
      readonly preAlarmMs: number;
    },
  ): boolean {
    if (!door.counts) {
      this.#forget();
      this.tooLong = false;
      return false;
    }
    this.#since ??= now;
    const stoodMs = now - this.#since;
    if (stoodMs >= door.allowedMs && !door.isPassing) this.tooLong = true;
    const { preAlarmMs, allowedMs } = door;
    const warns = preAlarmMs > 0 && stoodMs >= allowedMs - preAlarmMs && !this.#hasWarned;
    this.#hasWarned ||= warns;
    return warns;
  }

  #forget(): void {
    this.#since = undefined;
    this.#hasWarned = false;
  }
}

const boltTakesMs = 3_000;

/** A bolt that does not do as the strike says. */
export class BoltModel {
  #since: number | undefined;
  isFaulty = false;

  /** `contradicts`: undefined where the lock monitor says nothing. What is masked begins no alarm, and ends none. */
  judge(
    now: number,
    { contradicts, isMasked }: { readonly contradicts: boolean | undefined; readonly isMasked: boolean },
  ): void {
    if (contradicts === false) this.isFaulty = false;
    if (contradicts !== true || isMasked) {
      this.#since = undefined;
      return;
    }
    this.#since ??= now;
    if (now - this.#since >= boltTakesMs) this.isFaulty = true;
  }
}
