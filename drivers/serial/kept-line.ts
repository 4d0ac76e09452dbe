/** A serial port that is opened again whenever it is lost or was not there; what changes is told once. */
import type { Timers } from '../../controller/ports/clock.ts';
import { SerialFault } from './serial-fault.ts';
import type { OpenLine, SerialLine } from './serial-line.ts';

/** To look whether a device file is there costs nothing. */
const retryMs = 1_000;

/** Doors are waiting to be made safe. */
const closeWithinMs = 2_000;

interface KeptLineParts {
  readonly open: OpenLine;
  readonly timers: Timers;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onOpen: () => void;
  /** The line is not to be had, for another reason than the last time; `onOpen` ends it. */
  readonly onFault: (fault: SerialFault) => void;
}

export class KeptLine {
  readonly #parts: KeptLineParts;
  #line: SerialLine | undefined;
  #timer: { cancel(): void } | undefined;
  #told: SerialFault['code'] | undefined;
  #opening: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(parts: KeptLineParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#opening = this.#open();
  }

  write(bytes: Uint8Array): void {
    this.#line?.write(bytes);
  }

  /** Closes the port and opens it: it says nothing any more, and nothing says why. */
  reopen(): void {
    const line = this.#line;
    if (line === undefined) return;
    this.#line = undefined;
    this.#opening = line.close().then(
      () => this.#open(),
      () => this.#open(),
    );
  }

  /** What a port says that will not be closed helps nobody: whoever stops goes on, and the system takes it back. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#timer?.cancel();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.timers.after(closeWithinMs, resolve);
    await Promise.race([this.#closed(), late]);
    timer.cancel();
  }

  async #closed(): Promise<void> {
    await this.#opening;
    const line = this.#line;
    this.#line = undefined;
    await line?.close().catch(() => {});
  }

  async #open(): Promise<void> {
    if (this.#ended) return;
    const { open, onBytes, onOpen } = this.#parts;
    try {
      const line = await open({ bytes: onBytes, lost: (fault) => this.#lost(fault) });
      if (this.#ended) return await line.close().catch(() => {});
      this.#line = line;
    } catch (error) {
      return this.#lost(
        error instanceof SerialFault
          ? error
          : new SerialFault('io', 'the serial port cannot be opened', { cause: error }),
      );
    }
    this.#told = undefined;
    onOpen();
  }

  #lost(fault: SerialFault): void {
    this.#line = undefined;
    if (this.#ended) return;
    this.#timer?.cancel();
    this.#timer = this.#parts.timers.after(retryMs, () => this.start());
    if (fault.code === this.#told) return;
    this.#told = fault.code;
    this.#parts.onFault(fault);
  }
}
