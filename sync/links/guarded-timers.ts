import type { Timers } from '../../controller/ports/clock.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import type { LinkLog } from './link-log.ts';

/**
 * Timers whose work may meet a disk that refuses: what was to be sent is sent by a later timer, so the fault is told
 * and the process goes on.
 */
export const guardedTimers = (timers: Timers, log: LinkLog): Timers => ({
  after: (ms, run) =>
    timers.after(ms, () => {
      try {
        run();
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error;
        log.warn({ fault: error.code }, 'the disk refused the cloud link');
      }
    }),
});
