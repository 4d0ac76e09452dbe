import type { Timers } from '../../controller/ports/clock.ts';
import type { Replica } from '../../controller/ports/replica.ts';
import { durations } from '../protocol/limits.ts';
import type { UpChannel } from './up-channel.ts';

/**
 * Tells the cloud how far the device is: after every change, and when the cloud sends what the device has, for then an earlier
 * report was lost. At most once in 200 ms unless it is urgent.
 */
export class CursorReport {
  readonly #channel: UpChannel;
  readonly #replica: Replica;
  readonly #timers: Timers;
  #untold = false;
  #pause: { cancel(): void } | undefined;

  constructor(channel: UpChannel, replica: Replica, timers: Timers) {
    this.#channel = channel;
    this.#replica = replica;
    this.#timers = timers;
  }

  tell(): void {
    this.#untold = true;
    if (this.#pause === undefined) this.flush();
  }

  /** Tells what is untold now: a revocation, or the swap of a snapshot. */
  flush(): void {
    if (!this.#untold) return;
    this.#pause?.cancel();
    this.#pause = this.#timers.after(durations.cursorCoalesceMs, () => {
      this.#pause = undefined;
      this.flush();
    });
    const { epoch, seq, digest } = this.#replica.cursor();
    if (this.#channel.send('cursor', { epoch, seq, digest })) this.#untold = false;
  }

  /** Hello carries the cursor: after it nothing is untold. */
  stop(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#untold = false;
  }
}
