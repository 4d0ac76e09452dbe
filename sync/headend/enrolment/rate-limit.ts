/** How often one address may be refused in a minute. */
const refusalsAtMost = 10;
const windowMs = 60_000;
/** Strangers could come from any number of addresses. */
const rememberedLimit = 1_024;

/**
 * Counts refusals by address: a building full of consoles behind one address may enrol freely, and somebody who tries
 * codes is slowed down. (128 bits are not guessed; this spares the machine.)
 */
export class RateLimit {
  readonly #monotonicMs: () => number;
  readonly #windows = new Map<string, { readonly endsAtMs: number; count: number }>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Milliseconds to wait; 0 for come in. */
  waitMs(address: string): number {
    const window = this.#windows.get(address);
    if (window === undefined || window.count < refusalsAtMost) return 0;
    return Math.max(0, window.endsAtMs - this.#monotonicMs());
  }

  refused(address: string): void {
    const now = this.#monotonicMs();
    const window = this.#windows.get(address);
    if (window !== undefined && now < window.endsAtMs) {
      window.count += 1;
      return;
    }
    if (this.#windows.size >= rememberedLimit) this.#windows.clear();
    this.#windows.set(address, { endsAtMs: now + windowMs, count: 1 });
  }
}
