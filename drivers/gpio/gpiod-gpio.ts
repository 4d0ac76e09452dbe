/**
 * Lines by the kernel's character devices, through the package node-libgpiod and libgpiod 1. It has no way to wait for an
 * edge, so inputs are sampled: a pulse shorter than `sampleEveryMs` is not seen (nor would the debounce let it pass), and a
 * chattering contact costs no more than a quiet one.
 */
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Chip, Line } from 'node-libgpiod';
import type { Timers } from '../../controller/ports/clock.ts';
import { type Gpio, GpioFault, type GpioInput, type GpioOutput, type LineRef, nameOf } from './gpio.ts';
import { chipNotFound, lineNotFound } from './sysfs-chips.ts';

type Libgpiod = typeof import('node-libgpiod');

/** Who has the line, as `gpioinfo` shows it. */
const consumer = 'vestibule';
const sampleEveryMs = 10;

/** The package as it is installed here. @throws GpioFault where it was not built */
export function loadLibgpiod(): Libgpiod {
  try {
    return createRequire(import.meta.url)('node-libgpiod') as Libgpiod;
  } catch (error) {
    throw new GpioFault(
      'backendUnusable',
      'the package node-libgpiod cannot be loaded; build it: npm run gpio',
      error,
    );
  }
}

/**
 * Chips stay open, and their lines known, for as long as the process lives: a Line that is garbage-collected after its Chip
 * frees memory twice. The key says which device it is, so that one plugged in anew is opened anew.
 */
const opened = new Map<string, { readonly chip: Chip; readonly lines: Map<number, Line> }>();

interface OpenLine {
  readonly ref: LineRef;
  readonly line: Line;
}
interface SampledLine extends OpenLine {
  readonly onActivity: () => void;
  sampled: number | undefined;
  listens: boolean;
}

export class GpiodGpio implements Gpio {
  readonly #library: Libgpiod;
  readonly #timers: Timers;
  readonly #open = new Set<OpenLine>();
  readonly #sampled = new Set<SampledLine>();
  #sampling: { cancel(): void } | undefined;

  constructor(library: Libgpiod, timers: Timers) {
    this.#library = library;
    this.#timers = timers;
  }

  openOutput(ref: LineRef, { activeLow, active }: { activeLow: boolean; active: boolean }): GpioOutput {
    const taken = this.#take(ref, (line) => line.requestOutputMode(consumer, active === activeLow ? 0 : 1));
    const output: GpioOutput = {
      set: (next) => {
        guarded(taken, ({ line }) => line.setValue(next === activeLow ? 0 : 1));
        if (output.read() !== next) throw notAsWritten(ref);
      },
      read: () => guarded(taken, ({ line }) => (line.getValue() === 1) !== activeLow),
      order: (next) => `gpiod ${ref.chip} ${ref.line} ${next === activeLow ? 0 : 1}`,
      close: () => this.#letGo(taken),
    };
    try {
      if (output.read() !== active) throw notAsWritten(ref);
    } catch (error) {
      output.close();
      throw error;
    }
    return output;
  }

  openInput(ref: LineRef, { activeLow }: { activeLow: boolean }, onActivity: () => void): GpioInput {
    const taken = this.#take(ref, (line) => line.requestInputMode(consumer));
    const sampled: SampledLine = { ...taken, onActivity, sampled: sampleOf(taken), listens: true };
    this.#sampled.add(sampled);
    this.#sampleLater();
    return {
      read: () => guarded(taken, ({ line }) => (line.getValue() === 1) !== activeLow),
      listen: (on) => {
        if (on && !sampled.listens) sampled.sampled = sampleOf(taken);
        sampled.listens = on;
      },
      close: () => {
        this.#sampled.delete(sampled);
        this.#letGo(taken);
      },
    };
  }

  /** Looks for the line without opening it. @throws GpioFault where it is not there, or is in use by somebody else */
  probe(ref: LineRef): void {
    const line = this.#find(ref);
    line.update();
    if (line.used && line.consumer !== consumer) throw inUse(ref, line);
  }

  close(): void {
    this.#sampling?.cancel();
    this.#sampling = undefined;
    this.#sampled.clear();
    for (const taken of [...this.#open]) this.#letGo(taken);
  }

  #take(ref: LineRef, request: (line: Line) => void): OpenLine {
    const taken = { ref, line: this.#find(ref) };
    guarded(taken, ({ line }) => request(line));
    this.#open.add(taken);
    return taken;
  }

  #letGo(taken: OpenLine): void {
    if (!this.#open.delete(taken)) return;
    try {
      taken.line.release();
    } catch {
      // The chip is gone, and the line with it.
    }
  }

  #sampleLater(): void {
    if (this.#sampling !== undefined || this.#sampled.size === 0) return;
    this.#sampling = this.#timers.after(sampleEveryMs, () => {
      this.#sampling = undefined;
      for (const input of [...this.#sampled]) sample(input);
      this.#sampleLater();
    });
  }

  #find(ref: LineRef): Line {
    const chips = this.#chips();
    const [found, twin] = chips.filter(({ chip }) => chip.label === ref.chip);
    if (found === undefined) {
      const labels = chips.map(({ chip }) => ({ label: chip.label }));
      throw chipNotFound(ref.chip, labels);
    }
    if (twin !== undefined) throw new GpioFault('chipAmbiguous', `two chips are called ${ref.chip}`);
    // Asked for a line that there is not, the package gives one whose collection ends the process.
    if (ref.line >= found.chip.numberOfLines) throw lineNotFound(ref, found.chip.numberOfLines);
    const line = found.lines.get(ref.line) ?? found.chip.getLine(ref.line);
    found.lines.set(ref.line, line);
    return line;
  }

  #chips(): readonly { readonly chip: Chip; readonly lines: Map<number, Line> }[] {
    // On a Raspberry Pi 5, udev calls the header's chip gpiochip4, too, by a link: as older kernels numbered it.
    const names = readdirSync('/dev', { withFileTypes: true })
      .filter((entry) => /^gpiochip\d+$/.test(entry.name) && !entry.isSymbolicLink())
      .map(({ name }) => name);
    if (names.length === 0) throw new GpioFault('backendUnusable', 'this machine has no /dev/gpiochip*');
    return names.map((name) => this.#chip(`/dev/${name}`));
  }

  #chip(path: string): { readonly chip: Chip; readonly lines: Map<number, Line> } {
    const { ino, rdev } = statSync(path);
    const key = `${path} ${ino} ${rdev}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    try {
      const chip = { chip: new this.#library.Chip(path), lines: new Map<number, Line>() };
      opened.set(key, chip);
      return chip;
    } catch (error) {
      throw new GpioFault('backendUnusable', `${path} cannot be opened (${codeOf(error)})`, error);
    }
  }
}

function sample(input: SampledLine): void {
  if (!input.listens) return;
  const value = sampleOf(input);
  if (value === input.sampled) return;
  input.sampled = value;
  input.onActivity();
}

/** `undefined`: it cannot be read. */
function sampleOf({ line }: OpenLine): number | undefined {
  try {
    return line.getValue();
  } catch {
    return undefined;
  }
}

const notAsWritten = (ref: LineRef): GpioFault =>
  new GpioFault('notAsWritten', `${nameOf(ref)} does not stand as it was written`);

function guarded<T>(taken: OpenLine, work: (taken: OpenLine) => T): T {
  const { ref, line } = taken;
  try {
    return work(taken);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EBUSY')
      throw new GpioFault('lineRefused', `${nameOf(ref)} refuses to be used (${code})`, error);
    line.update();
    throw inUse(ref, line, error);
  }
}

const inUse = (ref: LineRef, { consumer: user }: Line, cause?: unknown): GpioFault =>
  new GpioFault('lineBusy', `${nameOf(ref)} is in use by ${user ? `"${user}"` : 'somebody'}`, cause);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
