import { type ChildProcess, spawn } from 'node:child_process';
import type { Timers } from '../../controller/ports/clock.ts';

const script = new URL('./watchdog.sh', import.meta.url).pathname;
const againAfterMs = 1_000;

/**
 * A tiny process (a shell, 1 MB) that outlives the controller for a moment, and brings the outputs to their safe state when the
 * controller ends without having done so: by kill -9, for want of memory, by a fault of the runtime.
 */
export class GpioWatchdog {
  readonly #timers: Timers;
  readonly #onLost: () => void;
  readonly #orders = new Set<string>();
  #child: ChildProcess | undefined;
  #again: { cancel(): void } | undefined;

  /** `onLost`: somebody has ended it; another one is started. */
  constructor(timers: Timers, onLost: () => void) {
    this.#timers = timers;
    this.#onLost = onLost;
  }

  /** What is to be done to one output, as `GpioOutput.order` says it. */
  guard(order: string): void {
    if (this.#orders.has(order)) return;
    this.#orders.add(order);
    if (this.#child === undefined) this.#start();
    else this.#child.stdin?.write(`${order}\n`);
  }

  /** Everything is safe: it is not needed any more. */
  close(): void {
    this.#again?.cancel();
    const child = this.#child;
    this.#child = undefined;
    child?.stdin?.end('done\n');
  }

  #start(): void {
    this.#again?.cancel();
    // In a session of its own: what a terminal or a shell sends to the controller's group does not reach it.
    // The orders known by now are its arguments: there is no moment in which it runs without them.
    const child = spawn('/bin/sh', [script, ...this.#orders], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#child = child;
    child.unref();
    child.stdin.on('error', () => {});
    child.on('error', () => this.#lost(child));
    child.on('exit', () => this.#lost(child));
  }

  #lost(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#onLost();
    this.#again = this.#timers.after(againAfterMs, () => this.#start());
  }
}
