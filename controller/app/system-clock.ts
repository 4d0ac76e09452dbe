import { randomUUID } from 'node:crypto';
import type { ClockReading, EpochMs } from '../core/access/facts.ts';
import { type ClockKnowledge, instantOf, readClock } from '../core/clock.ts';
import type { Clock, Timers } from '../ports/clock.ts';

/** The raw sources of time, injected so that every case of DESIGN section 7 can be played. */
export interface TimeSource {
  rtc(): EpochMs;
  monotonicMs(): number;
}

export const systemTime: TimeSource = { rtc: Date.now, monotonicMs: () => Math.floor(performance.now()) };

/** Node's timers; none keeps the process alive by itself. */
export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export class SystemClock implements Clock {
  readonly boot = randomUUID();
  readonly #source: TimeSource;
  #known: ClockKnowledge;

  constructor(source: TimeSource, floor: EpochMs) {
    this.#source = source;
    this.#known = { floor };
  }

  reading(): ClockReading {
    return readClock(this.#known, { monotonicMs: this.monotonicMs(), rtc: this.#source.rtc() });
  }

  monotonicMs(): number {
    return this.#source.monotonicMs();
  }

  floor(): EpochMs {
    const { floor, welcome } = this.#known;
    return welcome === undefined ? floor : Math.max(floor, instantOf(welcome, this.monotonicMs()));
  }

  setFromWelcome(welcome: { readonly time: EpochMs; readonly atMonotonicMs: number }): void {
    // The cloud's word stands, also when it lowers the floor: the caller persists it and raises the alarm.
    this.#known = { floor: welcome.time, welcome };
  }
}
