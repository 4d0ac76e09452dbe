import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import { eventFormWriter } from '../core/hash-forms.ts';
import type { CommittedEvent } from '../ports/journal.ts';

const eventForm = eventFormWriter();

/** An event's hash links it to the one before (PROTOCOL "Rows, digest, event hash"). */
export const eventHash = (previousHash: string, body: string): string =>
  hash('sha256', eventForm(previousHash, body), 'hex');

const prunedAtOnce = 2_000;

/** The statements on the `event` table. Callers hold the transaction. */
export interface EventLog {
  append(event: CommittedEvent, at: EpochMs): void;
  after(seq: number, limit: number): readonly CommittedEvent[];
  at(seq: number): CommittedEvent | undefined;
  /**
   * Deletes acknowledged events from the oldest on, up to the first that was committed at or after `before`: a clock
   * that jumped never leaves a hole in what is kept. At most 2,000 at a time, so that no door waits for weeks of events.
   */
  prune(before: EpochMs, acked: number): void;
}

export function prepareEventLog(db: Database): EventLog {
  const append = db.prepare('INSERT INTO event (seq, committed_at, body, hash) VALUES (?, ?, ?, ?)');
  const after = db.prepare<[number, number], CommittedEvent>(
    'SELECT seq, body, hash FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const at = db.prepare<[number], CommittedEvent>('SELECT seq, body, hash FROM event WHERE seq = ?');
  const oldest = db.prepare<[], number>('SELECT min(seq) FROM event').pluck();
  const firstKept = db
    .prepare<[number, EpochMs], number>(
      'SELECT seq FROM event WHERE seq <= ? AND committed_at >= ? ORDER BY seq LIMIT 1',
    )
    .pluck();
  const prune = db.prepare('DELETE FROM event WHERE seq <= ?');
  return {
    append: ({ seq, body, hash }, committedAt) => append.run(seq, committedAt, body, hash),
    after: (seq, limit) => after.all(seq, limit),
    at: (seq) => at.get(seq),
    prune(before, acked) {
      const last = Math.min(acked, (oldest.get() ?? 0) + prunedAtOnce - 1);
      const kept = firstKept.get(last, before);
      prune.run(kept === undefined ? last : kept - 1);
    },
  };
}
