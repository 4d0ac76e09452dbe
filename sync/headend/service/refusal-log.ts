import type { HeadEndClock, HeadEndLog } from './parts.ts';

const windowMs = 60_000;
/** Distinct device and reason pairs remembered; strangers could name any number of devices. */
const rememberedLimit = 1_024;

/** Logs each kind of refused message once a minute, with how many there were before (forgeries must not fill the disk). */
export class RefusalLog {
  readonly #clock: HeadEndClock;
  readonly #log: HeadEndLog;
  readonly #seen = new Map<string, { at: number; count: number }>();

  constructor(clock: HeadEndClock, log: HeadEndLog) {
    this.#clock = clock;
    this.#log = log;
  }

  refused(device: string, message: string, reason: string): void {
    const key = `${device} ${message} ${reason}`;
    const now = this.#clock.monotonicMs();
    const seen = this.#seen.get(key);
    if (seen !== undefined && now - seen.at < windowMs) {
      seen.count += 1;
      return;
    }
    if (seen === undefined && this.#seen.size >= rememberedLimit) this.#seen.clear();
    this.#seen.set(key, { at: now, count: 0 });
    const before = seen?.count ?? 0;
    this.#log('warn', 'message refused', {
      device,
      message,
      reason,
      ...(before > 0 ? { sameBefore: before } : {}),
    });
  }
}
