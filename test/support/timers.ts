import type { Timers } from '../../controller/ports/clock.ts';

/** Real timers, with time passing `speed` times as fast. */
export const fastTimers = (speed: number): Timers => ({
  after: (ms, run) => {
    const timer = setTimeout(run, ms / speed);
    return { cancel: () => clearTimeout(timer) };
  },
});
