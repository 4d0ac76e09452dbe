import type { LegEvent } from '../core/call/line.ts';
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type { LineEvent, Phone } from '../ports/phone.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

export interface CallLineParts {
  readonly phone: Phone;
  readonly recorder: Recorder;
  readonly timers: Timers;
  readonly log: Log;
}

const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

/** The phone's line apart from any call: starts it, tries again where that failed, and records what becomes of it. */
export class CallLine {
  readonly #parts: CallLineParts;
  #fault: string | undefined;
  #unregistered: string | undefined;
  #retry: { cancel(): void } | undefined;
  #closed = false;

  constructor(parts: CallLineParts) {
    this.#parts = parts;
  }

  /** Why no call can be placed now. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Told to people; calls are tried all the same. */
  get unregistered(): string | undefined {
    return this.#unregistered;
  }

  /** Returns after the first try. A phone that cannot work is told as an alarm, and keeps no door waiting. */
  start(onLeg: (event: LegEvent) => void): Promise<void> {
    return this.#try(onLeg, firstPauseMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#parts.phone.close();
  }

  async #try(onLeg: (event: LegEvent) => void, pauseMs: number): Promise<void> {
    const { phone, timers } = this.#parts;
    let broken = false;
    try {
      await phone.start(onLeg, (event) => {
        if (event.kind === 'broken') broken = true;
        this.#onLine(event);
      });
      if (this.#retry !== undefined && !broken) this.#onLine({ kind: 'working' });
    } catch (error) {
      if (this.#closed) return;
      const problem = error instanceof Error ? error.message : 'the phone did not start';
      if (this.#retry === undefined) this.#onLine({ kind: 'broken', problem });
      this.#retry = timers.after(pauseMs, () => void this.#try(onLeg, Math.min(pauseMs * 2, longestPauseMs)));
    }
  }

  #onLine(event: LineEvent): void {
    const { log, recorder } = this.#parts;
    const recorded = this.#take(event);
    if (recorded.severity === 'alarm') log.error({ ...recorded }, 'the phone needs somebody');
    else log.info({ ...recorded }, 'news of the phone');
    try {
      recorder.commit([recorded]);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, 'an event of the phone could not be committed');
    }
  }

  #take(event: LineEvent): EventDraft {
    switch (event.kind) {
      case 'broken':
        this.#fault = event.problem;
        return { type: 'PhoneFault', severity: 'alarm', problem: event.problem };
      case 'working':
        this.#fault = undefined;
        return { type: 'PhoneFaultEnded', severity: 'notice' };
      case 'unregistered':
        this.#unregistered = event.problem;
        return { type: 'PhoneUnregistered', severity: 'alarm', problem: event.problem };
      case 'registered':
        this.#unregistered = undefined;
        return { type: 'PhoneRegistered', severity: 'notice' };
      case 'inboundRefused':
        return { type: 'InboundCallRefused', severity: 'notice', count: event.count };
      case 'controlTaken':
        return { type: 'PhoneControlTaken', severity: 'alarm' };
      default:
        return event satisfies never;
    }
  }
}
