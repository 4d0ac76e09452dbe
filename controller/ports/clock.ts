import type { ClockReading, EpochMs } from '../core/access/facts.ts';

/** The controller's time (DESIGN section 7). `monotonicMs` never jumps and never goes back within one boot. */
export interface Clock {
  /** A UUID made at process start; `monotonicMs` counts from there. */
  readonly boot: string;
  reading(): ClockReading;
  monotonicMs(): number;
  /** The instant before which the true time cannot lie: the last welcome and the monotonic time since, or what was stored. */
  floor(): EpochMs;
  /**
   * A signed welcome told the time: `timeAtReply` is the cloud's instant at the middle of the round trip, which
   * ended at `monotonicMs`. Raises (or, with an alarm, lowers) the persisted floor.
   */
  setFromWelcome(welcome: { readonly time: EpochMs; readonly atMonotonicMs: number }): void;
}

/** One-shot timers, so that tests own the passing of time. */
export interface Timers {
  after(ms: number, run: () => void): { cancel(): void };
}
