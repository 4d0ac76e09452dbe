import type { DatabaseSync } from 'node:sqlite';
import type { GuessBudget } from '../core/guess-budget.ts';
import { noHash } from '../core/hash-forms.ts';
import type { CommittedEvent } from '../ports/journal.ts';
import { eventHash } from './event-log.ts';
import type { EventsInspection } from './inspection.ts';

interface Journal {
  readonly head: number;
  readonly headHash: string;
  readonly acked: number;
  readonly clockFloor: number;
  readonly lastWelcomeAt: number | null;
}

/** Reads every event that is kept; undefined where there is no head. Callers hold a read transaction. */
export function inspectEvents(db: DatabaseSync): EventsInspection | undefined {
  const journal = db
    .prepare(
      `SELECT head_seq AS head, head_hash AS headHash, acked, clock_floor AS clockFloor,
         last_welcome_at AS lastWelcomeAt FROM journal`,
    )
    .get() as Journal | undefined;
  const guesses = db.prepare('SELECT budget, codes_too_short AS tooShort FROM guess_budget').get() as
    | { readonly budget: string | null; readonly tooShort: number }
    | undefined;
  if (journal === undefined || guesses === undefined) return undefined;
  const { acked, clockFloor, lastWelcomeAt } = journal;
  const { kept, last, brokenAt } = walk(db, journal);
  const waitingSince = brokenAt === undefined ? timeOf(db, acked + 1) : undefined;
  return {
    // The stored head may be behind the last event, never ahead of it.
    head: Math.max(journal.head, last),
    acked,
    kept,
    clockFloor,
    ...(brokenAt === undefined ? {} : { brokenAt }),
    ...(waitingSince === undefined ? {} : { waitingSince }),
    ...(lastWelcomeAt === null ? {} : { lastWelcomeAt }),
    guessBudgetSpent: guesses.budget !== null && (JSON.parse(guesses.budget) as GuessBudget).spent,
    codesTooShort: guesses.tooShort === 1,
  };
}

/**
 * Follows the hashes from the oldest event to the head (PROTOCOL "Rows, digest, event hash"). Whatever precedes the
 * oldest was acknowledged and deleted; its hash is taken on trust unless it is the first event of the log.
 */
function walk(
  db: DatabaseSync,
  journal: Journal,
): { readonly kept: number; readonly last: number; readonly brokenAt?: number } {
  let kept = 0;
  let before: { readonly seq: number; readonly hash: string } | undefined;
  for (const line of db.prepare('SELECT seq, body, hash FROM event ORDER BY seq').iterate()) {
    const { seq, body, hash } = line as unknown as CommittedEvent;
    kept += 1;
    const wanted = before?.seq ?? Math.min(journal.acked, seq - 1);
    if (seq !== wanted + 1) return { kept, last: seq, brokenAt: wanted + 1 };
    const previous = seq === 1 ? noHash : before?.hash;
    if (previous !== undefined && eventHash(previous, body) !== hash)
      return { kept, last: seq, brokenAt: seq };
    before = { seq, hash };
  }
  const { seq: last, hash } = before ?? { seq: journal.acked, hash: journal.headHash };
  if (last < journal.head) return { kept, last, brokenAt: last + 1 };
  return last > journal.head || hash === journal.headHash ? { kept, last } : { kept, last, brokenAt: last };
}

function timeOf(db: DatabaseSync, seq: number): string | undefined {
  const found = db.prepare('SELECT body FROM event WHERE seq = ?').get(seq) as
    | { readonly body: string }
    | undefined;
  return found === undefined ? undefined : (JSON.parse(found.body) as { readonly time?: string }).time;
}
