import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import { noHash } from '../core/hash-forms.ts';
import { StorageFault } from '../ports/journal.ts';

/** The one row of `journal`, kept in memory too and replaced there only once a transaction has committed. */
export interface JournalState {
  readonly log: string;
  readonly headSeq: number;
  readonly headHash: string;
  readonly acked: number;
  readonly clockFloor: EpochMs;
  readonly lastWelcomeAt: EpochMs | null;
  /** 0 after the database was lost, until the next welcome. */
  readonly guestUsesKnown: 0 | 1;
}

/**
 * Makes the row in a new database, with `log` as its id; an existing one is left as it is.
 * @throws StorageFault when events are there without it: where they end is not known, and a seq never comes again.
 */
export function makeJournalState(db: Database, log: string, guestUsesKnown: boolean): void {
  const isHeadless = db
    .prepare<[], 0 | 1>('SELECT EXISTS (SELECT 1 FROM event) AND NOT EXISTS (SELECT 1 FROM journal)')
    .pluck();
  if (isHeadless.get() === 1) throw new StorageFault('unreadable', 'the journal has no head');
  db.prepare('INSERT OR IGNORE INTO journal VALUES (1, ?, 0, ?, 0, 0, NULL, ?)').run(
    log,
    noHash,
    guestUsesKnown ? 1 : 0,
  );
}

export function readJournalState(db: Database): JournalState {
  const state = db
    .prepare<[], JournalState>(
      `SELECT log, head_seq AS headSeq, head_hash AS headHash, acked, clock_floor AS clockFloor,
         last_welcome_at AS lastWelcomeAt, guest_uses_known AS guestUsesKnown FROM journal`,
    )
    .get();
  if (state === undefined) throw new StorageFault('unreadable', 'the journal has no head');
  return state;
}

export function prepareSetJournalState(db: Database): (state: JournalState) => void {
  const set = db.prepare<JournalState>(
    `UPDATE journal SET head_seq = @headSeq, head_hash = @headHash, acked = @acked, clock_floor = @clockFloor,
       last_welcome_at = @lastWelcomeAt, guest_uses_known = @guestUsesKnown`,
  );
  return (state) => void set.run(state);
}
