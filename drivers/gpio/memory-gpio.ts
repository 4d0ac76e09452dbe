import { type Gpio, GpioFault, type GpioInput, type GpioOutput, type LineRef, nameOf } from './gpio.ts';

interface MemoryLine {
  high: boolean;
  user: { onActivity?: () => void } | undefined;
}

/** Lines that exist in memory only, for tests: whoever holds it pulls the inputs and sees the outputs. */
export class MemoryGpio implements Gpio {
  readonly #chips: ReadonlyMap<string, readonly MemoryLine[]>;

  /** How many lines each chip has, by its label. */
  constructor(chips: Readonly<Record<string, number>>) {
    this.#chips = new Map(
      Object.entries(chips).map(([label, count]) => [
        label,
        Array.from({ length: count }, () => ({ high: false, user: undefined })),
      ]),
    );
  }

  openOutput(ref: LineRef, { activeLow, active }: { activeLow: boolean; active: boolean }): GpioOutput {
    const line = this.#take(ref, {});
    line.high = active !== activeLow;
    return {
      set: (next) => {
        line.high = next !== activeLow;
      },
      read: () => line.high !== activeLow,
      order: (next) => `memory ${ref.chip} ${ref.line} ${next === activeLow ? 0 : 1}`,
      close: () => {
        line.user = undefined;
      },
    };
  }

  openInput(ref: LineRef, { activeLow }: { activeLow: boolean }, onActivity: () => void): GpioInput {
    const user: { onActivity?: () => void } = { onActivity };
    const line = this.#take(ref, user);
    return {
      read: () => line.high !== activeLow,
      listen: (on) => {
        if (on) user.onActivity = onActivity;
        else delete user.onActivity;
      },
      close: () => {
        delete user.onActivity;
        if (line.user === user) line.user = undefined;
      },
    };
  }

  close(): void {
    for (const line of [...this.#chips.values()].flat()) {
      delete line.user?.onActivity;
      line.user = undefined;
    }
  }

  /** The voltage on the line. */
  isHigh(ref: LineRef): boolean {
    return this.#line(ref).high;
  }

  /** Somebody outside moves the line. */
  pull(ref: LineRef, high: boolean): void {
    const line = this.#line(ref);
    if (line.high === high) return;
    line.high = high;
    line.user?.onActivity?.();
  }

  #take(ref: LineRef, user: MemoryLine['user']): MemoryLine {
    const line = this.#line(ref);
    if (line.user !== undefined) throw new GpioFault('lineBusy', `${nameOf(ref)} is in use`);
    line.user = user;
    return line;
  }

  #line(ref: LineRef): MemoryLine {
    const lines = this.#chips.get(ref.chip);
    if (lines === undefined) throw new GpioFault('chipNotFound', `there is no chip ${ref.chip}`);
    const line = lines[ref.line];
    if (line === undefined) throw new GpioFault('lineNotFound', `there is no ${nameOf(ref)}`);
    return line;
  }
}
