import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { eventFormWriter } from '../core/hash-forms.ts';
import type { CommittedEvent } from '../ports/journal.ts';

const eventForm = eventFormWriter();

/** An event's hash links it to the one before (PROTOCOL "Rows, digest, event hash"). */
export const eventHash = (previousHash: string, body: string): string =>
  hash('sha256', eventForm(previousHash, body), 'hex');

const prunedAtOnce = 2_000;

/** The statements on the `event` table. Callers hold the transaction. */
export interface EventLog {
  append(event: CommittedEvent): void;
  after(seq: number, limit: number): readonly CommittedEvent[];
  at(seq: number): CommittedEvent | undefined;
  /** Deletes from the oldest on to `upTo`. At most 2,000 at a time, so that no door waits for weeks of events. */
  prune(upTo: number): void;
}

export function prepareEventLog(db: Database): EventLog {
  const append = db.prepare('INSERT INTO event (seq, committed_at, body, hash) VALUES (?, 0, ?, ?)');
  const after = db.prepare<[number, number], CommittedEvent>(
    'SELECT seq, body, hash FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const at = db.prepare<[number], CommittedEvent>('SELECT seq, body, hash FROM event WHERE seq = ?');
  const oldest = db.prepare<[], number>('SELECT min(seq) FROM event').pluck();
  const prune = db.prepare('DELETE FROM event WHERE seq <= ?');
  return {
    append: ({ seq, body, hash }) => append.run(seq, body, hash),
    after: (seq, limit) => after.all(seq, limit),
    at: (seq) => at.get(seq),
    prune: (upTo) => prune.run(Math.min(upTo, (oldest.get() ?? 0) + prunedAtOnce - 1)),
  };
}
