import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import { noHash } from '../core/hash-forms.ts';
import { StorageFault } from '../ports/journal.ts';

/**
 * The one row of `journal`, kept in memory too and replaced there only once a transaction has committed. The stored head may
 * be behind the last event, never behind the acknowledged one: an event's transaction writes the event and nothing else,
 * and what is pruned was acknowledged.
 */
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
  const last = db
    .prepare<[], Pick<JournalState, 'headSeq' | 'headHash'>>(
      'SELECT seq AS headSeq, hash AS headHash FROM event ORDER BY seq DESC LIMIT 1',
    )
    .get();
  return last !== undefined && last.headSeq > state.headSeq ? { ...state, ...last } : state;
}

/** Whether a transaction has to store the row: the head alone is read from the events. */
export const differsBeyondHead = (one: JournalState, other: JournalState): boolean =>
  one.acked !== other.acked ||
  one.clockFloor !== other.clockFloor ||
  one.lastWelcomeAt !== other.lastWelcomeAt ||
  one.guestUsesKnown !== other.guestUsesKnown;

export function prepareSetJournalState(db: Database): (state: JournalState) => void {
  const set = db.prepare<JournalState>(
    `UPDATE journal SET head_seq = @headSeq, head_hash = @headHash, acked = @acked, clock_floor = @clockFloor,
       last_welcome_at = @lastWelcomeAt, guest_uses_known = @guestUsesKnown`,
  );
  return (state) => void set.run(state);
}
