import type { NtpReport } from '../core/ntp.ts';
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type { NtpSource } from '../ports/ntp.ts';
import { clockEvent } from './clock-events.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';
import type { SystemClock, TimeSource } from './system-clock.ts';

/** The shortest usual poll interval of NTP clients: asking more often learns nothing. */
const everyMs = 64_000;
/** While the clock is unknown, somebody may be waiting at the door for it. */
const everyUnknownMs = 8_000;
/** A system clock that moved this much against the monotonic one was set meanwhile. */
const setMeanwhileMs = 500;

export interface NtpWatchParts {
  readonly source: NtpSource;
  readonly time: TimeSource;
  readonly clock: SystemClock;
  readonly recorder: Recorder;
  readonly timers: Timers;
  readonly log: Log;
}

/** Asks the system's NTP client now and then, one question at a time, and tells the clock. */
export class NtpWatch {
  readonly #parts: NtpWatchParts;
  #said = '';
  /** At the last question: a client that sets the system's clock makes it plausible before it vouches for it. */
  #unknown = false;

  constructor(parts: NtpWatchParts) {
    this.#parts = parts;
  }

  /** Until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    this.#unknown = this.#parts.clock.reading().state === 'unknown';
    while (!signal.aborted) {
      const report = await this.#ask(signal);
      if (signal.aborted) return;
      this.#tell(report);
      await this.#pause(signal);
    }
  }

  async #ask(signal: AbortSignal): Promise<NtpReport> {
    const { source, time } = this.#parts;
    const aheadMs = (): number => time.rtc() - time.monotonicMs();
    const before = aheadMs();
    const report = await source.read(() => time.rtc(), signal);
    if (Math.abs(aheadMs() - before) <= setMeanwhileMs) return report;
    // Whether it was asked before or after that, nobody knows: the clock may no longer be the one that was meant.
    return { kind: 'unreadable', problem: 'the system’s clock was set while NTP was asked' };
  }

  #tell(report: NtpReport): void {
    const { clock, log } = this.#parts;
    const events = clock.setFromNtp(report).map(clockEvent);
    const { source, state } = clock.status();
    if (this.#unknown && report.kind === 'disciplined' && source === report.client) {
      const problem = 'the clock was unknown and is set by NTP';
      events.push({ type: 'ClockChanged', severity: 'info', problem });
    }
    this.#unknown = state === 'unknown';
    if (events.length > 0) this.#record(events);
    const saying = sayingOf(report);
    if (saying !== this.#said) log.info({ ntp: saying }, 'NTP client');
    this.#said = saying;
  }

  #pause(signal: AbortSignal): Promise<void> {
    const { timers } = this.#parts;
    const ms = this.#unknown ? everyUnknownMs : everyMs;
    return new Promise((resolve) => {
      const timer = timers.after(ms, () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
      const end = (): void => {
        timer.cancel();
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
    });
  }

  #record(events: readonly EventDraft[]): void {
    try {
      this.#parts.recorder.commit(events);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'an event could not be committed');
    }
  }
}

/** In a log line; without the figures, which change with every answer. */
function sayingOf(report: NtpReport): string {
  switch (report.kind) {
    case 'disciplined':
      return `${report.client} steers the clock`;
    case 'undisciplined':
      return `${report.client} does not vouch for the clock`;
    case 'none':
      return 'none answers';
    case 'unreadable':
      return 'cannot be read';
    default:
      return report satisfies never;
  }
}
