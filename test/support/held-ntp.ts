import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NtpReport } from '../../controller/core/ntp.ts';
import type { NtpSource } from '../../controller/ports/ntp.ts';

/** An NTP client that answers when the test says so. */
export class HeldNtp implements NtpSource {
  /** How often it was asked so far. */
  asked = 0;
  /** Questions that wait for their answer. */
  waiting = 0;
  #answer: (report: NtpReport) => void = () => {};

  read(_rtc: () => number, signal: AbortSignal): Promise<NtpReport> {
    this.asked += 1;
    this.waiting += 1;
    return new Promise((resolve) => {
      this.#answer = (report) => {
        this.waiting -= 1;
        resolve(report);
      };
      signal.addEventListener('abort', () => this.#answer({ kind: 'unreadable', problem: 'given up' }));
    });
  }

  /** Answers the question, and returns when whoever asked has done with the answer. */
  async answer(report: NtpReport): Promise<void> {
    this.#answer(report);
    await nextTurn();
  }
}
