/**
 * A long-range reader that sends each tag as a line of text. Nothing on such a line is authenticated: whoever reaches its
 * wires can say any tag, so it belongs inside the secured side, and it is listened to now and then only.
 */
import type { Timers } from '../../controller/ports/clock.ts';
import type { ReaderInput, ReaderLine } from '../../controller/ports/reader.ts';
import { KeptLine } from './kept-line.ts';
import { type LineBuffer, noLine, takeBytes } from './line-reader.ts';
import type { OpenLine } from './serial-line.ts';
import { type TagFormat, tagOf } from './tag-format.ts';

/** Cars come one after the other; who tries tags does not get far. */
const betweenTagsMs = 500;

interface TextReaderParts {
  readonly name: string;
  readonly format: TagFormat;
  readonly open: OpenLine;
  readonly timers: Timers;
  readonly nowMs: () => number;
}

export class TextReader implements ReaderLine {
  readonly #parts: TextReaderParts;
  readonly #line: KeptLine;
  #listener: (reader: string, input: ReaderInput) => void = () => {};
  #buffer: LineBuffer = noLine;
  #lastTag = { line: '', atMs: Number.NEGATIVE_INFINITY };

  constructor(parts: TextReaderParts) {
    const { name, open, timers } = parts;
    this.#parts = parts;
    this.#line = new KeptLine({
      open,
      timers,
      onBytes: (bytes) => this.#take(bytes),
      onOpen: () => {
        this.#buffer = noLine;
        this.#listener(name, { kind: 'state', state: 'online' });
      },
      onFault: ({ message }) => this.#listener(name, { kind: 'state', state: 'lineDown', problem: message }),
    });
  }

  start(listener: (reader: string, input: ReaderInput) => void): void {
    this.#listener = listener;
    this.#line.start();
  }

  /** It shows nothing. */
  show(): void {}

  endShow(): void {}

  async close(): Promise<void> {
    await this.#line.close();
  }

  #take(bytes: Uint8Array): void {
    const { name, format, nowMs } = this.#parts;
    const { buffer, lines } = takeBytes(this.#buffer, bytes);
    this.#buffer = buffer;
    for (const each of lines) {
      const line = tagOf(each, format);
      const atMs = nowMs();
      if (line === undefined) continue;
      // The same tag again is for the desk, which takes it as one read; another one waits its turn.
      if (line !== this.#lastTag.line && atMs - this.#lastTag.atMs < betweenTagsMs) continue;
      // A car that stays in sight keeps nobody else waiting.
      if (line !== this.#lastTag.line) this.#lastTag = { line, atMs };
      this.#listener(name, { kind: 'read', presented: { kind: 'text', line } });
    }
  }
}
