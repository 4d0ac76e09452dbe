import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LineRef } from '../../../drivers/gpio/gpio.ts';
import type { GpioWorld } from './gpio-bench.ts';

const devices = '/sys/devices/platform';
const configuration = '/sys/kernel/config/gpio-sim';

/** The kernel's own gpio-sim: chips without hardware behind the real interfaces. */
export class GpioSimWorld implements GpioWorld {
  readonly #folders = new Map<string, string>();
  readonly #pulled = new Set<LineRef>();

  /** Finds the chips of these labels; they must have been configured (docs/gpio.md). */
  static async start(labels: readonly string[]): Promise<GpioSimWorld> {
    const world = new GpioSimWorld();
    for (const label of labels) {
      const read = async (file: string): Promise<string> =>
        (await readFile(join(configuration, label, file), 'utf8')).trim();
      const [device, chip] = [await read('dev_name'), await read('bank0/chip_name')];
      world.#folders.set(label, join(devices, device, chip));
    }
    return world;
  }

  async pull(ref: LineRef, high: boolean): Promise<void> {
    this.#pulled.add(ref);
    await writeFile(this.#file(ref, 'pull'), high ? 'pull-up' : 'pull-down');
  }

  async isHigh(ref: LineRef): Promise<boolean> {
    return (await readFile(this.#file(ref, 'value'), 'utf8')).trim() === '1';
  }

  /** Every line low again. */
  async rest(): Promise<void> {
    for (const ref of this.#pulled) await this.pull(ref, false);
  }

  #file({ chip, line }: LineRef, name: 'pull' | 'value'): string {
    return join(this.#folders.get(chip) ?? '', `sim_gpio${line}`, name);
  }
}
