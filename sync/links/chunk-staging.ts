import type { WireRow } from '../../controller/core/hash-forms.ts';
import type { Timers } from '../../controller/ports/clock.ts';
import type { Replica } from '../../controller/ports/replica.ts';
import { chunkRows } from '../protocol/chunk.ts';
import { limits } from '../protocol/limits.ts';

/** Two milliseconds' work where it was measured; sometimes SQLite adds a checkpoint to it. */
const rowsPerTurn = 50;

type Ending = 'staged' | 'content';

interface ChunkStagingParts {
  readonly replica: Replica;
  readonly timers: Timers;
  readonly onEnd: (index: number, ending: Ending) => void;
}

/**
 * Stages the chunks of one snapshot fifty rows a turn, the first of them at once, so that a door, a denial or a delta
 * waits for a part of a chunk and never for all of it. What is in hand rests in memory only: after a crash, or when the disk
 * refuses, the chunk is missing still and is asked for again.
 */
export class ChunkStaging {
  readonly #parts: ChunkStagingParts;
  readonly #inHand = new Map<number, Iterator<void, Ending>>();
  #turn: { cancel(): void } | undefined;

  constructor(parts: ChunkStagingParts) {
    this.#parts = parts;
  }

  /**
   * Takes a chunk whose hash has been checked; drops one that is in hand, and more than are asked for at once.
   * @throws StorageFault when the disk refuses its first rows; nothing is in hand then.
   */
  take(snapshot: string, index: number, message: Uint8Array): void {
    if (this.#inHand.has(index) || this.#inHand.size >= limits.chunkIndexesPerRequest) return;
    this.#inHand.set(index, this.#stage(snapshot, index, message));
    if (this.#inHand.size === 1) this.#step();
  }

  clear(): void {
    this.#turn?.cancel();
    this.#inHand.clear();
  }

  #step(): void {
    const [first] = this.#inHand;
    if (first === undefined) return;
    const [index, parts] = first;
    const step = this.#next(parts);
    if (step.done === true) this.#inHand.delete(index);
    if (this.#inHand.size > 0) this.#turn = this.#parts.timers.after(0, () => this.#step());
    if (step.done === true) this.#parts.onEnd(index, step.value);
  }

  #next(parts: Iterator<void, Ending>): IteratorResult<void, Ending> {
    try {
      return parts.next();
    } catch (error) {
      this.clear();
      throw error;
    }
  }

  /** Each part is a transaction of its own, and the chunk counts with its last one. */
  *#stage(snapshot: string, index: number, message: Uint8Array): Generator<void, Ending> {
    const { replica } = this.#parts;
    let lines: WireRow[] = [];
    for (const row of chunkRows(message)) {
      if (row === undefined) return 'content';
      if (lines.length === rowsPerTurn) {
        replica.stageChunk(snapshot, index, lines, { more: true });
        lines = [];
        yield;
      }
      lines.push(row);
    }
    replica.stageChunk(snapshot, index, lines);
    return 'staged';
  }
}
