/** How often one address may be refused in a minute, and all of them together. */
const perAddress = 10;
const perService = 300;
const windowMs = 60_000;

/** Counts refusals: a network of consoles behind one address may enrol freely, a guesser may not guess. */
export class RateLimit {
  readonly #monotonicMs: () => number;
  #windowEndsAt = 0;
  #total = 0;
  readonly #counts = new Map<string, number>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Milliseconds to wait; 0 for come in. */
  waitMs(address: string): number {
    const now = this.#monotonicMs();
    if (now >= this.#windowEndsAt) return 0;
    const full = (this.#counts.get(address) ?? 0) >= perAddress || this.#total >= perService;
    return full ? this.#windowEndsAt - now : 0;
  }

  refused(address: string): void {
    const now = this.#monotonicMs();
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + windowMs;
      this.#total = 0;
      this.#counts.clear();
    }
    this.#total += 1;
    // Bounded by `perService`: beyond it nobody is let in who could be counted.
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
  }
}
