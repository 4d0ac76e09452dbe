import type { ClockReading, EpochMs } from '../core/access/facts.ts';
import type { ClockStatus } from '../core/clock.ts';
import type { ClockNews } from '../core/clock-evidence.ts';
import type { NtpReport } from '../core/ntp.ts';

/**
 * The controller's time (DESIGN section 7). `monotonicMs` never jumps and never goes back within one boot. It stands still
 * while the machine sleeps or its virtual machine is paused; the next welcome puts that right.
 */
export interface Clock {
  /** A UUID made at process start; `monotonicMs` counts from there. */
  readonly boot: string;
  reading(): ClockReading;
  /** The reading with what it rests on, for people. */
  status(): ClockStatus;
  monotonicMs(): number;
  /** The instant before which the true time cannot lie: the last welcome and the monotonic time since, or what was stored. */
  floor(): EpochMs;
  /**
   * A signed welcome has just come: `time` was the cloud's at `atMonotonicMs`, the middle of the round trip. Raises (or
   * lowers) the floor; the caller persists it, and tells the news.
   */
  setFromWelcome(welcome: { readonly time: EpochMs; readonly atMonotonicMs: number }): readonly ClockNews[];
  /** The NTP client has just said this of the system's clock. Leaves the floor alone. */
  setFromNtp(report: NtpReport): readonly ClockNews[];
}

/** One-shot timers, so that tests own the passing of time. */
export interface Timers {
  after(ms: number, run: () => void): { cancel(): void };
}
