import { durations } from '../../protocol/limits.ts';
import type { Manifest } from '../../protocol/messages.ts';
import { buildSnapshot } from '../dataset/snapshot-builder.ts';
import type { Parts } from './parts.ts';

/** Between the beginnings of two builds. */
const buildEveryMs = 1_000;

/** Builds snapshots one at a time and not too often, and tells who waits for one (PROTOCOL "Snapshot"). */
export class SnapshotDesk {
  readonly #parts: Parts;
  readonly #built: (devices: readonly string[], manifest: Manifest) => void;
  #waiting = new Set<string>();
  #build: Promise<void> | undefined;
  #lastBeganAtMs = Number.NEGATIVE_INFINITY;
  #later: { cancel(): void } | undefined;

  constructor(parts: Parts, built: (devices: readonly string[], manifest: Manifest) => void) {
    this.#parts = parts;
    this.#built = built;
  }

  /** Asks for a snapshot newer than every present one, for this device. */
  want(device: string): void {
    this.#waiting.add(device);
    this.#begin();
  }

  /** After the build that is under way; no further one begins. */
  async close(): Promise<void> {
    this.#later?.cancel();
    this.#waiting.clear();
    await this.#build;
  }

  #begin(): void {
    if (this.#build !== undefined || this.#later !== undefined || this.#waiting.size === 0) return;
    const { clock, timers } = this.#parts;
    const waitMs = this.#lastBeganAtMs + buildEveryMs - clock.monotonicMs();
    if (waitMs > 0) {
      this.#later = timers.after(waitMs, () => {
        this.#later = undefined;
        this.#begin();
      });
      return;
    }
    this.#lastBeganAtMs = clock.monotonicMs();
    this.#build = this.#run().finally(() => {
      this.#build = undefined;
      this.#begin();
    });
  }

  async #run(): Promise<void> {
    const { store, clock, log } = this.#parts;
    const devices = this.#waiting;
    this.#waiting = new Set();
    try {
      const manifest = await buildSnapshot(store, () => clock.now());
      const { snapshot, epoch, seq, rows, chunks } = manifest;
      log('info', 'snapshot built', { snapshot, epoch, seq, rows, chunks: chunks.length });
      this.#built([...devices], manifest);
    } catch (error) {
      // Whoever still lags asks again within `durations.deltaResendMs`.
      log('error', 'snapshot could not be built', { error, againWithinMs: durations.deltaResendMs });
    }
  }
}
