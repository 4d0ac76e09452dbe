import type { Timers } from '../../controller/ports/clock.ts';

/** Timers that run when the test says that time has passed. */
export class HandTimers implements Timers {
  #nowMs = 0;
  readonly #due = new Set<{ readonly atMs: number; readonly run: () => void }>();

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#due.add(timer);
    return { cancel: () => this.#due.delete(timer) };
  }

  get pending(): number {
    return this.#due.size;
  }

  /** As when the process is gone. */
  forget(): void {
    this.#due.clear();
  }

  /** Runs what is due now, and nothing that comes of it. */
  turn(): void {
    const due = [...this.#due].filter(({ atMs }) => atMs <= this.#nowMs);
    for (const timer of due) if (this.#due.delete(timer)) timer.run();
  }

  /** `onStep` hears how much time has passed, before what is due then. */
  pass(ms: number, onStep: (ms: number) => void = () => {}): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#due].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#due.delete(next);
      onStep(next.atMs - this.#nowMs);
      this.#nowMs = next.atMs;
      next.run();
    }
    onStep(untilMs - this.#nowMs);
    this.#nowMs = untilMs;
  }
}
