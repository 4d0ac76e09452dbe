import type { Timers } from '../ports/clock.ts';

/**
 * Turns refused messages into one event per reason and minute with a count, so that forgeries cannot fill the disk
 * (PROTOCOL "Signatures"). The first of a kind is reported at once, the rest of its minute together at its end.
 */
export class RefusalCounter {
  readonly #timers: Timers;
  readonly #report: (message: string, reason: string, count: number) => void;
  readonly #minutes = new Map<string, Minute>();

  constructor(timers: Timers, report: (message: string, reason: string, count: number) => void) {
    this.#timers = timers;
    this.#report = report;
  }

  count(message: string, reason: string): void {
    const key = `${message} ${reason}`;
    const running = this.#minutes.get(key);
    if (running !== undefined) {
      running.more += 1;
      return;
    }
    const timer = this.#timers.after(60_000, () => this.#end(key));
    this.#minutes.set(key, { message, reason, more: 0, timer });
    this.#report(message, reason, 1);
  }

  /** Reports at once what is still counted; nothing is left running. */
  close(): void {
    for (const key of this.#minutes.keys()) this.#end(key);
  }

  #end(key: string): void {
    const minute = this.#minutes.get(key);
    if (minute === undefined) return;
    minute.timer.cancel();
    this.#minutes.delete(key);
    if (minute.more > 0) this.#report(minute.message, minute.reason, minute.more);
  }
}

interface Minute {
  readonly message: string;
  readonly reason: string;
  readonly timer: { cancel(): void };
  /** After the first, which has been reported. */
  more: number;
}
