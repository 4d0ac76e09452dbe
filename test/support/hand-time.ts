import type { TimeSource } from '../../controller/app/system-clock.ts';
import { HandTimers } from './console-timers.ts';

/** Noon on a Monday in June, in Toronto. */
export const noon = Date.parse('2026-06-15T16:00:00.000Z');

/** Time that passes when a test says so, for clocks and timers alike. */
export class HandTime implements TimeSource {
  readonly timers = new HandTimers();
  #monotonicMs = 0;
  #rtc: number;

  constructor(rtc = noon) {
    this.#rtc = rtc;
  }

  rtc(): number {
    return this.#rtc;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Somebody, or nobody's battery, sets the system's clock. */
  setSystemClock(rtc: number): void {
    this.#rtc = rtc;
  }

  pass(ms: number): void {
    this.timers.pass(ms, (passedMs) => {
      this.#rtc += passedMs;
      this.#monotonicMs += passedMs;
    });
  }
}
