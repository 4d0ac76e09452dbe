import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LineRef } from '../../../drivers/gpio/gpio.ts';
import { compiled } from './compiled.ts';
import type { GpioWorld } from './gpio-bench.ts';

/** As in gpiochip-ioctl.c. */
const chips = ['pinctrl-test', 'expander'];
const linesPerChip = 32;
const lineBytes = 8;
const highAt = 0;
const flagsAt = 2;
const flags = { hogged: 1, stuck: 2, broken: 4 } as const;

/** A machine with two emulated /dev/gpiochip*, for whoever is started `inside` it with its `env`. */
export class GpiochipWorld implements GpioWorld, AsyncDisposable {
  readonly #folder: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(folder: string, preload: string) {
    this.#folder = folder;
    this.env = { ...process.env, LD_PRELOAD: preload, GPIO_WORLD: join(folder, 'world') };
  }

  static async start(): Promise<GpiochipWorld> {
    const preload = compiled('gpiochip-ioctl.c', ['-shared', '-fPIC']);
    const folder = await mkdtemp(join(tmpdir(), 'vestibule-gpiochip-'));
    await writeFile(join(folder, 'world'), Buffer.alloc(chips.length * linesPerChip * lineBytes));
    return new GpiochipWorld(folder, preload);
  }

  /**
   * The command line that runs `command` on this machine: in a mount namespace of its own, with character devices of these
   * names and the entries below /sys that libgpiod looks for. What answers there is the preloaded library.
   */
  inside(command: readonly string[]): readonly string[] {
    const script = `
      mount -t tmpfs none /sys/bus
      mkdir "$0/dev"
      mount -t tmpfs none "$0/dev"
      for name in null zero random urandom gpiochip0 gpiochip1; do
        case $name in gpiochip*) device=null;; *) device=$name;; esac
        touch "$0/dev/$name"
        mount --bind /dev/$device "$0/dev/$name"
      done
      for name in gpiochip0 gpiochip1; do
        mkdir -p /sys/bus/gpio/devices/$name
        echo 1:3 > /sys/bus/gpio/devices/$name/dev
      done
      mount --rbind "$0/dev" /dev
      exec "$@"`;
    return ['unshare', '-m', 'sh', '-ec', script, this.#folder, ...command];
  }

  pull(ref: LineRef, high: boolean): Promise<void> {
    return this.#write(ref, highAt, high ? 1 : 0);
  }

  async isHigh(ref: LineRef): Promise<boolean> {
    return (await this.#read(ref, highAt)) === 1;
  }

  /** `hogged`: a driver of the kernel has it; `stuck`: it stands as it does; `broken`: it can no longer be read. */
  spoil(how: keyof typeof flags, ref: LineRef): Promise<void> {
    return this.#write(ref, flagsAt, flags[how]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  async #read(ref: LineRef, at: number): Promise<number | undefined> {
    const file = await open(join(this.#folder, 'world'));
    try {
      return (await file.read(Buffer.alloc(1), 0, 1, offsetOf(ref) + at)).buffer[0];
    } finally {
      await file.close();
    }
  }

  async #write(ref: LineRef, at: number, value: number): Promise<void> {
    const file = await open(join(this.#folder, 'world'), 'r+');
    try {
      await file.write(Buffer.of(value), 0, 1, offsetOf(ref) + at);
    } finally {
      await file.close();
    }
  }
}

const offsetOf = ({ chip, line }: LineRef): number => (chips.indexOf(chip) * linesPerChip + line) * lineBytes;
