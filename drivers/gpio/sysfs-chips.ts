import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { GpioFault, type LineRef, nameOf } from './gpio.ts';

/** Fixed in onoff, too. */
export const sysfsRoot = '/sys/class/gpio';

interface SysfsChip {
  readonly label: string;
  /** The kernel's number of the chip's line 0: made anew at each boot, 512 on a Raspberry Pi with a recent kernel. */
  readonly base: number;
  readonly lines: number;
}

/** @throws GpioFault where this kernel has no sysfs interface to its lines */
function sysfsChips(): readonly SysfsChip[] {
  if (!existsSync(`${sysfsRoot}/export`)) {
    throw new GpioFault('backendUnusable', `this kernel offers no ${sysfsRoot}`);
  }
  const read = (folder: string, file: string): string =>
    readFileSync(`${sysfsRoot}/${folder}/${file}`, 'utf8').trim();
  return readdirSync(sysfsRoot)
    .filter((name) => name.startsWith('gpiochip'))
    .map((name) => ({
      label: read(name, 'label'),
      base: Number(read(name, 'base')),
      lines: Number(read(name, 'ngpio')),
    }));
}

/** The kernel's number of a line today. @throws GpioFault */
export function lineNumber(ref: LineRef): number {
  const chips = sysfsChips();
  const [chip, twin] = chips.filter(({ label }) => label === ref.chip);
  if (chip === undefined) throw chipNotFound(ref.chip, chips);
  if (twin !== undefined) throw new GpioFault('chipAmbiguous', `two chips are called ${ref.chip}`);
  if (ref.line >= chip.lines) throw lineNotFound(ref, chip.lines);
  return chip.base + ref.line;
}

export const chipNotFound = (label: string, chips: readonly { readonly label: string }[]): GpioFault =>
  new GpioFault(
    'chipNotFound',
    `there is no chip ${label}; this machine has ${chips.map((chip) => chip.label).join(', ') || 'none'}`,
  );

export const lineNotFound = (ref: LineRef, lines: number): GpioFault =>
  new GpioFault('lineNotFound', `there is no ${nameOf(ref)}: its lines are 0 to ${lines - 1}`);
