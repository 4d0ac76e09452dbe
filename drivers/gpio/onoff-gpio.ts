/**
 * Lines by sysfs, through the package onoff. It needs care in four places: errors while an already exported line is
 * configured are swallowed (so everything is read back), a callback's value may be that of a later movement (so it is not
 * used), a line that vanishes makes it throw out of reach (so reading never throws inside it), and it has no idea of chips.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BinaryValue } from 'onoff';
import { type Gpio, GpioFault, type GpioInput, type GpioOutput, type LineRef, nameOf } from './gpio.ts';
import { lineNumber, sysfsRoot } from './sysfs-chips.ts';

type Onoff = typeof import('onoff');

/** The package as it is installed here. @throws GpioFault where its native part was not built */
export function loadOnoff(): Onoff {
  try {
    return createRequire(import.meta.url)('onoff') as Onoff;
  } catch (error) {
    throw new GpioFault(
      'backendUnusable',
      'the package onoff cannot be loaded; build it: npm run gpio',
      error,
    );
  }
}

export class OnoffGpio implements Gpio {
  readonly #Line: ReturnType<typeof carefulLine>;
  readonly #open = new Map<number, CarefulLine>();

  constructor(onoff: Onoff) {
    this.#Line = carefulLine(onoff);
  }

  openOutput(ref: LineRef, { activeLow, active }: { activeLow: boolean; active: boolean }): GpioOutput {
    // "high" and "low" set direction and voltage in one write: the relay does not twitch.
    const line = this.#take(ref, active === activeLow ? 'low' : 'high');
    const output: GpioOutput = {
      set: (next) => {
        guarded(ref, () => line.writeSync(next === activeLow ? 0 : 1));
        if (output.read() !== next) throw notAsWritten(ref);
      },
      read: () => guarded(ref, () => (line.level() === 1) !== activeLow),
      order: (next) => `sysfs ${line.number} ${next === activeLow ? 'low' : 'high'}`,
      close: () => this.#letGo(line),
    };
    this.#demand(ref, line, () => line.direction() === 'out' && output.read() === active);
    return output;
  }

  openInput(ref: LineRef, { activeLow }: { activeLow: boolean }, onActivity: () => void): GpioInput {
    const line = this.#take(ref, 'in');
    const read = (): boolean => guarded(ref, () => (line.level() === 1) !== activeLow);
    this.#demand(ref, line, () => line.direction() === 'in' && line.edge() === 'both');
    const moved = (): void => {
      // A line that has vanished counts as moving for ever.
      if (!line.isReadable()) line.unwatchAll();
      onActivity();
    };
    try {
      line.watch(moved);
    } catch (error) {
      this.#letGo(line);
      throw refusal(ref, error);
    }
    return {
      read,
      listen: (on) => {
        if (this.#open.get(line.number) !== line) return;
        line.unwatchAll();
        if (on) line.watch(moved);
      },
      close: () => this.#letGo(line),
    };
  }

  close(): void {
    for (const line of [...this.#open.values()]) this.#letGo(line);
  }

  #take(ref: LineRef, direction: 'in' | 'low' | 'high'): CarefulLine {
    const number = lineNumber(ref);
    if (this.#open.has(number)) {
      throw new GpioFault('lineBusy', `${nameOf(ref)} is in use by this controller already`);
    }
    const line = guarded(ref, () => new this.#Line(number, direction));
    this.#open.set(number, line);
    return line;
  }

  /** Lets the line go again unless it is as it should be. */
  #demand(ref: LineRef, line: CarefulLine, isAsWanted: () => boolean): void {
    try {
      if (!guarded(ref, () => !line.activeLow() && isAsWanted())) throw notAsWritten(ref);
    } catch (error) {
      this.#letGo(line);
      throw error;
    }
  }

  #letGo(line: CarefulLine): void {
    if (this.#open.get(line.number) !== line) return;
    this.#open.delete(line.number);
    const held = line.held();
    try {
      line.unexport();
    } catch {
      // The chip is gone, and the line with it.
    }
    if (held !== undefined) leaveDriven(line.number, held);
  }
}

/** Unexported, some chips turn an output into an input: the relay would stand as a resistor says, or none. */
function leaveDriven(number: number, level: 'low' | 'high'): void {
  try {
    writeFileSync(`${sysfsRoot}/export`, String(number));
    writeFileSync(`${sysfsRoot}/gpio${number}/direction`, level);
  } catch {
    // The chip is gone, or somebody was quicker; whoever opens the line again is told.
  }
}

type CarefulLine = InstanceType<ReturnType<typeof carefulLine>>;

const carefulLine = ({ Gpio: Line }: Onoff) =>
  class extends Line {
    readonly number: number;
    readonly #isOutput: boolean;

    constructor(number: number, direction: 'in' | 'low' | 'high') {
      super(number, direction, direction === 'in' ? 'both' : 'none', { activeLow: false });
      this.number = number;
      this.#isOutput = direction !== 'in';
    }

    /** The voltage that an output holds. */
    held(): 'low' | 'high' | undefined {
      if (!this.#isOutput) return undefined;
      try {
        return this.level() === 1 ? 'high' : 'low';
      } catch {
        return undefined;
      }
    }

    /** onoff reads whenever the line has moved, where nobody can catch what that throws. */
    override readSync(): BinaryValue {
      return this.isReadable() ? this.level() : 0;
    }

    /** Throws where the line cannot be read. */
    level(): BinaryValue {
      return super.readSync();
    }

    isReadable(): boolean {
      try {
        this.level();
        return true;
      } catch {
        return false;
      }
    }
  };

const notAsWritten = (ref: LineRef): GpioFault =>
  new GpioFault('notAsWritten', `${nameOf(ref)} does not stand as it was written`);

function guarded<T>(ref: LineRef, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof GpioFault ? error : refusal(ref, error);
  }
}

function refusal(ref: LineRef, error: unknown): GpioFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
  switch (code) {
    case 'EBUSY':
      return new GpioFault('lineBusy', `${nameOf(ref)} is in use by a driver of the kernel`, error);
    case 'EACCES':
    case 'EPERM':
      return new GpioFault('backendUnusable', `this user may not use ${sysfsRoot}`, error);
    default:
      return new GpioFault('lineRefused', `${nameOf(ref)} refuses to be used (${code})`, error);
  }
}
