import { randomUUID } from 'node:crypto';
import type { ClockReading, EpochMs } from '../core/access/facts.ts';
import {
  type ClockInputs,
  type ClockKnowledge,
  type ClockStatus,
  examineClock,
  floorAt,
  knowing,
  readClock,
} from '../core/clock.ts';
import { type ClockNews, type Learnt, learnNtp, learnWelcome } from '../core/clock-evidence.ts';
import type { NtpReport } from '../core/ntp.ts';
import type { Clock, Timers } from '../ports/clock.ts';

/** The raw sources of time, injected so that every case of DESIGN section 7 can be played. */
export interface TimeSource {
  rtc(): EpochMs;
  monotonicMs(): number;
}

export const systemTime: TimeSource = { rtc: Date.now, monotonicMs: () => Math.floor(performance.now()) };

/** Node runs a timer of more than this at once. */
const longestMs = 2 ** 31 - 1;

/** Node's timers; none keeps the process alive by itself. */
export const systemTimers: Timers = {
  after(ms, run) {
    let timer: NodeJS.Timeout | undefined;
    const wait = (leftMs: number): void => {
      const then = leftMs > longestMs ? () => wait(leftMs - longestMs) : run;
      timer = setTimeout(then, Math.min(leftMs, longestMs));
      timer.unref();
    };
    wait(ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

export class SystemClock implements Clock {
  readonly boot = randomUUID();
  readonly #source: TimeSource;
  #known: ClockKnowledge;

  constructor(source: TimeSource, floor: EpochMs) {
    this.#source = source;
    this.#known = knowing(floor);
  }

  reading(): ClockReading {
    return readClock(this.#known, this.#inputs());
  }

  status(): ClockStatus {
    return examineClock(this.#known, this.#inputs());
  }

  monotonicMs(): number {
    return this.#source.monotonicMs();
  }

  floor(): EpochMs {
    return floorAt(this.#known, this.monotonicMs());
  }

  setFromWelcome(welcome: { readonly time: EpochMs; readonly atMonotonicMs: number }): readonly ClockNews[] {
    const monotonicMs = this.monotonicMs();
    // `atMonotonicMs` is the middle of the round trip that has just ended: it is wrong by at most the half since.
    const errorMs = Math.max(0, monotonicMs - welcome.atMonotonicMs);
    return this.#learn(learnWelcome(this.#known, { ...welcome, errorMs }, monotonicMs));
  }

  setFromNtp(report: NtpReport): readonly ClockNews[] {
    return this.#learn(learnNtp(this.#known, report, this.#inputs()));
  }

  #learn({ known, news }: Learnt): readonly ClockNews[] {
    this.#known = known;
    return news;
  }

  #inputs(): ClockInputs {
    return { monotonicMs: this.monotonicMs(), rtc: this.#source.rtc() };
  }
}
