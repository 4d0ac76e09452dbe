import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';

/**
 * How old events are (ADR 32). A mark says that the log had come to `seq` at an instant at which the time was known, so that
 * everything up to there is at least as old, whatever clock ran at its commit. Marks never go down in `at` as `seq` grows.
 * Callers hold the transaction.
 */
export interface EventMarks {
  /** Marks where the log ends now. A mark that lies after now was made by a clock that ran ahead: it is taken for one of now. */
  set(seq: number, now: EpochMs): void;
  /** The last event that was there at `instant`; 0 where none is known to have been. Forgets the marks before that one. */
  reachedAt(instant: EpochMs): number;
}

export function prepareEventMarks(db: Database): EventMarks {
  const bringBack = db.prepare<{ now: EpochMs }>('UPDATE event_mark SET at = @now WHERE at > @now');
  // The earlier of two marks for one event says more.
  const set = db.prepare<[number, EpochMs]>('INSERT OR IGNORE INTO event_mark (seq, at) VALUES (?, ?)');
  const reached = db
    .prepare<[EpochMs], number | null>('SELECT max(seq) FROM event_mark WHERE at <= ?')
    .pluck();
  const forget = db.prepare<[number]>('DELETE FROM event_mark WHERE seq < ?');
  return {
    set(seq, now) {
      bringBack.run({ now });
      set.run(seq, now);
    },
    reachedAt(instant) {
      const seq = reached.get(instant) ?? 0;
      forget.run(seq);
      return seq;
    },
  };
}
