import type { Timers } from '../ports/clock.ts';

/**
 * Turns refused messages into one event per reason and minute with a count, so that forgeries cannot fill the disk
 * (PROTOCOL "Signatures"). The first of a kind is reported at once, the rest of its minute together at its end.
 */
export class RefusalCounter {
  readonly #timers: Timers;
  readonly #report: (message: string, reason: string, count: number) => void;
  readonly #pending = new Map<string, number>();

  constructor(timers: Timers, report: (message: string, reason: string, count: number) => void) {
    this.#timers = timers;
    this.#report = report;
  }

  count(message: string, reason: string): void {
    const key = `${message} ${reason}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      this.#pending.set(key, pending + 1);
      return;
    }
    this.#pending.set(key, 0);
    this.#report(message, reason, 1);
    this.#timers.after(60_000, () => {
      const count = this.#pending.get(key) ?? 0;
      this.#pending.delete(key);
      if (count > 0) this.#report(message, reason, count);
    });
  }
}
