import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Timers } from '../../controller/ports/clock.ts';

const script = fileURLToPath(new URL('./watchdog.sh', import.meta.url));
const againAfterMs = 1_000;

/**
 * A tiny process (a shell, 1 MB) that outlives the controller for a moment, and brings the outputs to their safe state when the
 * controller ends without having done so: by kill -9, for want of memory, by a fault of the runtime.
 */
export class GpioWatchdog {
  readonly #timers: Timers;
  readonly #onLost: () => void;
  /** By the door whose output each is about. */
  readonly #orders = new Map<string, string>();
  #child: ChildProcess | undefined;
  #again: { cancel(): void } | undefined;

  /** `onLost`: somebody has ended it; another one is started. */
  constructor(timers: Timers, onLost: () => void) {
    this.#timers = timers;
    this.#onLost = onLost;
  }

  /** What is to be done to a door's output, as `GpioOutput.order` says it; in place of what was to be done before. */
  guard(door: string, order: string): void {
    const before = this.#orders.get(door);
    if (before === order) return;
    this.#orders.set(door, order);
    const child = this.#child;
    if (child === undefined) {
      this.#start();
    } else if (before === undefined) {
      child.stdin?.write(`${order}\n`);
    } else {
      // A chip that came back under another number: the old one may be somebody else's line by now. The next watchdog runs first.
      this.#start();
      child.stdin?.end('done\n');
    }
  }

  /** The door's output was left safe. */
  safe(door: string): void {
    this.#orders.delete(door);
  }

  /** It is not needed any more, once it has done what could not be done for a door that is not safe. */
  close(): void {
    this.#again?.cancel();
    const child = this.#child;
    this.#child = undefined;
    child?.stdin?.end(this.#orders.size === 0 ? 'done\n' : '');
  }

  #start(): void {
    this.#again?.cancel();
    const child = spawned([...this.#orders.values()]);
    this.#child = child;
    if (child === undefined) {
      this.#startLater();
      return;
    }
    child.unref();
    // Where the process has no descriptor left, there is no pipe either, and `error` follows.
    child.stdin?.on('error', () => {});
    child.on('error', () => this.#lost(child));
    child.on('exit', () => this.#lost(child));
  }

  #lost(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#startLater();
  }

  #startLater(): void {
    this.#onLost();
    this.#again = this.#timers.after(againAfterMs, () => this.#start());
  }
}

/**
 * In a session of its own: what a terminal or a shell sends to the controller's group does not reach it. The orders known by now
 * are its arguments: there is no moment in which it runs without them. Undefined: there is no memory for it.
 */
function spawned(orders: readonly string[]): ChildProcess | undefined {
  try {
    return spawn('/bin/sh', [script, ...orders], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  } catch {
    return undefined;
  }
}
