import type { Timers } from '../../../controller/ports/clock.ts';
import { diskFault, diskSentence } from '../disk-fault.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { HeadEndClock, HeadEndLog } from './parts.ts';

/** A disk that is full is full for a while, and the log may be on it. */
const tellEveryMs = 60_000;

export type Guard = (work: () => void) => void;

/**
 * For work that a timer does again, so that a disk that refuses puts it off and the building is served meanwhile: the
 * fault is told, once a minute at most. A defect still ends the process.
 */
export function guardedWork(clock: HeadEndClock, log: HeadEndLog): Guard {
  const toldAtMs = new Map<string, number>();
  const tell = (problem: string): void => {
    const now = clock.monotonicMs();
    if (now - (toldAtMs.get(problem) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return;
    toldAtMs.set(problem, now);
    log('error', 'something had to be put off and is tried again', { problem });
  };
  return (work) => {
    try {
      work();
    } catch (error) {
      const refused = diskFault(error);
      if (refused !== undefined) tell(diskSentence(refused));
      else if (error instanceof HeadEndError) tell(error.message);
      else throw error;
    }
  };
}

export const guardedTimers = (timers: Timers, guard: Guard): Timers => ({
  after: (ms, run) => timers.after(ms, () => guard(run)),
});
