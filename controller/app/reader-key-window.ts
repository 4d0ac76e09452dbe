/** How a reader of this console comes by its key: who asked for it, and how it ended. One at a time. */
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import type { KeyFailure, ReaderDevice, ReaderLine } from '../ports/reader.ts';
import type { ReaderPlace } from './reader-events.ts';

/** After its window a key that was sent may still prove itself; a rotation takes a second. Then nothing is waited for. */
const afterWindowMs = 5_000;
const rotateWithinMs = 30_000;

export type KeyOutcome =
  | { readonly kind: 'keyed'; readonly device: ReaderDevice }
  | { readonly kind: 'failed'; readonly why: KeyFailure }
  /** Another reader's window is open, or this one is not known, has no keys or works with the one that it has. */
  | { readonly kind: 'refused'; readonly why: 'unknownReader' | 'keyless' | 'busy' | 'online' };

export interface KeyedReader {
  readonly place: ReaderPlace;
  readonly line: ReaderLine;
  readonly isOnline: boolean;
}

interface ReaderKeyWindowParts {
  readonly timers: Timers;
  readonly find: (reader: string) => KeyedReader | undefined;
  /** Whether it is on disk. */
  readonly record: (event: EventDraft) => boolean;
  /** Nothing more was heard of it in time. */
  readonly fail: (reader: string, why: KeyFailure) => void;
}

interface Asked {
  readonly reader: string;
  readonly resolve: (outcome: KeyOutcome) => void;
  timer: { cancel(): void };
}

type Keying = NonNullable<ReaderLine['keying']>;

export class ReaderKeyWindow {
  readonly #parts: ReaderKeyWindowParts;
  #asked: Asked | undefined;

  constructor(parts: ReaderKeyWindowParts) {
    this.#parts = parts;
  }

  /**
   * A reader that works would be out of service for as long as the window: it is rotated. `gone`: who asked for it is; a
   * window that nobody watches is closed.
   */
  commission(reader: string, windowMs: number, gone: AbortSignal): Promise<KeyOutcome> {
    if (this.#parts.find(reader)?.isOnline === true) return refused('online');
    const end = { withinMs: windowMs + afterWindowMs, why: 'windowClosed' } as const;
    return this.#begin(reader, end, (keying, place, asked) => {
      if (!this.#parts.record({ type: 'ReaderCommissioning', severity: 'notice', ...place, windowMs })) {
        this.ended(reader, { kind: 'failed', why: 'storage' });
        return;
      }
      gone.addEventListener('abort', () => {
        if (asked !== this.#asked) return;
        asked.timer.cancel();
        asked.timer = this.#failAfter(reader, { withinMs: afterWindowMs, why: 'windowClosed' });
        keying.closeWindow(reader);
      });
      keying.commission(reader, windowMs);
    });
  }

  rotate(reader: string): Promise<KeyOutcome> {
    return this.#begin(reader, { withinMs: rotateWithinMs, why: 'notOnline' }, (keying, place) => {
      if (this.#parts.record({ type: 'ReaderRotating', severity: 'notice', ...place })) keying.rotate(reader);
      else this.ended(reader, { kind: 'failed', why: 'storage' });
    });
  }

  /** Tells whoever asked; of a reader that nobody has asked for, nobody. */
  ended(reader: string, outcome: KeyOutcome): void {
    if (this.#asked?.reader !== reader) return;
    const { resolve, timer } = this.#asked;
    this.#asked = undefined;
    timer.cancel();
    resolve(outcome);
  }

  close(): void {
    if (this.#asked !== undefined) this.ended(this.#asked.reader, { kind: 'failed', why: 'notOnline' });
  }

  /** `end`: how it ends where nothing more is heard of it. */
  #begin(
    reader: string,
    end: { readonly withinMs: number; readonly why: KeyFailure },
    order: (keying: Keying, place: ReaderPlace, asked: Asked) => void,
  ): Promise<KeyOutcome> {
    const found = this.#parts.find(reader);
    if (found === undefined) return refused('unknownReader');
    const { keying } = found.line;
    if (keying === undefined) return refused('keyless');
    if (this.#asked !== undefined) return refused('busy');
    const { promise, resolve } = Promise.withResolvers<KeyOutcome>();
    const asked: Asked = { reader, resolve, timer: this.#failAfter(reader, end) };
    this.#asked = asked;
    order(keying, found.place, asked);
    return promise;
  }

  #failAfter(
    reader: string,
    { withinMs, why }: { readonly withinMs: number; readonly why: KeyFailure },
  ): { cancel(): void } {
    return this.#parts.timers.after(withinMs, () => this.#parts.fail(reader, why));
  }
}

const refused = (why: Extract<KeyOutcome, { kind: 'refused' }>['why']): Promise<KeyOutcome> =>
  Promise.resolve({ kind: 'refused', why });
