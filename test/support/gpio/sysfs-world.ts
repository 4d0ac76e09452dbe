import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { LineRef } from '../../../drivers/gpio/gpio.ts';
import { Inbox } from '../inbox.ts';
import { compiled } from './compiled.ts';
import type { GpioWorld } from './gpio-bench.ts';

/** The kernel's number of each chip's first line; as on a Raspberry Pi with a recent kernel, none starts at 0. */
const bases: Readonly<Record<string, number>> = { 'pinctrl-test': 512, expander: 600 };

/** A machine whose /sys/class/gpio is emulated, seen by whoever enters its mount namespace. */
export class SysfsWorld implements GpioWorld, AsyncDisposable {
  readonly #child: ReturnType<typeof startEmulation>;
  readonly #done = new Inbox<void>();
  readonly #high = new Map<number, boolean>();
  /** Each movement of an output: the line's number on its chip, and the voltage. */
  readonly outputs = new Inbox<{ readonly number: number; readonly high: boolean }>();

  private constructor() {
    this.#child = startEmulation();
  }

  static async start(): Promise<SysfsWorld> {
    const world = new SysfsWorld();
    const ready = Promise.withResolvers<void>();
    world.#child.once('exit', (code) =>
      ready.reject(
        new Error(
          `The emulation of /sys/class/gpio ended with ${code}. Run it as root, or as "unshare -Urm npm test".`,
        ),
      ),
    );
    createInterface({ input: world.#child.stdout }).on('line', (line) => {
      if (line === 'ready') ready.resolve();
      else if (line === 'done') world.#done.put();
      else world.#moved(line);
    });
    await ready.promise;
    return world;
  }

  /** The command line that runs `command` on this machine. */
  inside(command: readonly string[]): readonly string[] {
    return ['nsenter', '--target', String(this.#child.pid), '--mount', `--wd=${process.cwd()}`, ...command];
  }

  async pull(ref: LineRef, high: boolean): Promise<void> {
    this.#high.set(numberOf(ref), high);
    await this.#command(`pull ${numberOf(ref)} ${high ? 1 : 0}`);
  }

  async isHigh(ref: LineRef): Promise<boolean> {
    // Whatever the emulation has printed before its answer has been read by then.
    await this.#command('look 0');
    return this.#high.get(numberOf(ref)) === true;
  }

  /**
   * `busy`: a driver of the kernel has it; `fixed`: its direction cannot be changed; `stuck`: it stands as it does;
   * `broken`: it can no longer be read.
   */
  async spoil(how: 'busy' | 'fixed' | 'stuck' | 'broken', ref: LineRef): Promise<void> {
    await this.#command(`${how} ${numberOf(ref)}`);
  }

  /** Another program of this machine, in /sys/class/gpio. */
  async run(script: string): Promise<void> {
    const [program = '', ...args] = this.inside(['sh', '-ec', `cd /sys/class/gpio; ${script}`]);
    const [status] = (await once(spawn(program, args, { stdio: 'inherit' }), 'exit')) as [number];
    if (status !== 0) throw new Error(`${script} ended with ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exit;
  }

  #command(line: string): Promise<void> {
    this.#child.stdin.write(`${line}\n`);
    return this.#done.next();
  }

  #moved(line: string): void {
    const [, number, high] = line.split(' ').map(Number);
    if (number === undefined) return;
    this.#high.set(number, high === 1);
    this.outputs.put({ number, high: high === 1 });
  }
}

const numberOf = ({ chip, line }: LineRef): number => (bases[chip] ?? 0) + line;

function startEmulation() {
  const flags = ['-I/usr/include/fuse3', '-lfuse3', '-lpthread'];
  const program = compiled('sysfs-gpio.c', flags);
  const chips = Object.entries(bases).map(([label, base]) => `${label}:${base}:32`);
  // What the machine really has there, if anything, is out of sight.
  const script = 'mount -t tmpfs none /sys/class && mkdir /sys/class/gpio && exec "$@"';
  return spawn('unshare', ['-m', 'sh', '-c', script, 'sh', program, '/sys/class/gpio', ...chips], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
