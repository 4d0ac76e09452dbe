import type { ReaderFeedback, ReaderInput, ReaderKeying, ReaderLine } from '../../controller/ports/reader.ts';

/** A line whose readers are in the test's hands: what they read, how they stand, and what was shown on them. */
export class PlayedReader implements ReaderLine {
  readonly shown: {
    readonly reader: string;
    readonly outcome: ReaderFeedback['outcome'];
    readonly forMs?: number;
  }[] = [];
  /** Readers at which what they showed was ended. */
  readonly ended: string[] = [];
  readonly ordered: { readonly reader: string; readonly windowMs?: number; readonly closed?: true }[] = [];
  readonly keying: ReaderKeying = {
    commission: (reader, windowMs) => void this.ordered.push({ reader, windowMs }),
    closeWindow: (reader) => void this.ordered.push({ reader, closed: true }),
    rotate: (reader) => void this.ordered.push({ reader }),
  };
  #listener: (reader: string, input: ReaderInput) => void = () => {};

  start(listener: (reader: string, input: ReaderInput) => void): void {
    this.#listener = listener;
  }

  play(input: ReaderInput, reader = 'hall'): void {
    this.#listener(reader, input);
  }

  show(reader: string, { outcome, forMs }: ReaderFeedback): void {
    this.shown.push({ reader, outcome, ...(forMs === undefined ? {} : { forMs }) });
  }

  endShow(reader: string): void {
    this.ended.push(reader);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
