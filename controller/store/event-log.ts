import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import { eventForm } from '../core/hash-forms.ts';
import type { CommittedEvent } from '../ports/journal.ts';

/** An event's hash links it to the one before (PROTOCOL "Rows, digest, event hash"). */
export const eventHash = (previousHash: string, body: string): string =>
  hash('sha256', eventForm(previousHash, body), 'hex');

/** The statements on the `event` table. Callers hold the transaction. */
export interface EventLog {
  append(event: CommittedEvent, at: EpochMs): void;
  after(seq: number, limit: number): readonly CommittedEvent[];
  at(seq: number): CommittedEvent | undefined;
  /**
   * Deletes acknowledged events from the oldest on, up to the first that was committed at or after `before`: a clock
   * that jumped never leaves a hole in what is kept.
   */
  prune(before: EpochMs, acked: number): void;
}

export function prepareEventLog(db: Database): EventLog {
  const append = db.prepare('INSERT INTO event (seq, committed_at, body, hash) VALUES (?, ?, ?, ?)');
  const after = db.prepare<[number, number], CommittedEvent>(
    'SELECT seq, body, hash FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const at = db.prepare<[number], CommittedEvent>('SELECT seq, body, hash FROM event WHERE seq = ?');
  const firstKept = db
    .prepare<[number], number>('SELECT seq FROM event WHERE committed_at >= ? ORDER BY seq LIMIT 1')
    .pluck();
  const prune = db.prepare('DELETE FROM event WHERE seq <= ?');
  return {
    append: ({ seq, body, hash }, committedAt) => append.run(seq, committedAt, body, hash),
    after: (seq, limit) => after.all(seq, limit),
    at: (seq) => at.get(seq),
    prune(before, acked) {
      const kept = firstKept.get(before);
      prune.run(kept === undefined ? acked : Math.min(acked, kept - 1));
    },
  };
}
