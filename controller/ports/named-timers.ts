import type { Timers } from './clock.ts';

/** One-shot timers by name: each name has at most one that runs. */
export class NamedTimers<Name> {
  readonly #timers: Timers;
  readonly #running = new Map<Name, { cancel(): void }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Instead of the one of this name that runs. */
  start(name: Name, ms: number, run: () => void): void {
    this.cancel(name);
    this.#running.set(
      name,
      this.#timers.after(ms, () => {
        this.#running.delete(name);
        run();
      }),
    );
  }

  has(name: Name): boolean {
    return this.#running.has(name);
  }

  cancel(name: Name): void {
    this.#running.get(name)?.cancel();
    this.#running.delete(name);
  }

  cancelAll(): void {
    for (const name of [...this.#running.keys()]) this.cancel(name);
  }
}
