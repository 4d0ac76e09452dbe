import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import type { SeenCommand } from '../ports/journal.ts';

const keptMs = 24 * 60 * 60 * 1_000;
const keptAtLeast = 1_000;

interface CommandLine {
  readonly id: string;
  readonly outcome: SeenCommand['outcome'];
  readonly reason: string | null;
  readonly at: EpochMs;
}

/** Commands whose id was seen: each acts at most once (PROTOCOL invariant 11). Callers hold the transaction. */
export interface CommandLog {
  /** Notes a command or its outcome as of now, and forgets those over a day older beyond the newest 1,000. */
  set(command: SeenCommand): void;
  find(id: string): SeenCommand | undefined;
  unfinished(): readonly SeenCommand[];
}

export function prepareCommandLog(db: Database): CommandLog {
  const columns = 'SELECT id, outcome, reason, at FROM command';
  const set = db.prepare(
    `INSERT INTO command (id, outcome, reason, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, at = excluded.at`,
  );
  const forget = db.prepare(
    `DELETE FROM command WHERE at < ? AND outcome <> 'accepted'
       AND at < (SELECT at FROM command ORDER BY at DESC LIMIT 1 OFFSET ${keptAtLeast - 1})`,
  );
  const find = db.prepare<[string], CommandLine>(`${columns} WHERE id = ?`);
  const unfinished = db.prepare<[], CommandLine>(`${columns} WHERE outcome = 'accepted' ORDER BY at, id`);
  return {
    set({ id, outcome, reason, at }) {
      set.run(id, outcome, reason ?? null, at);
      forget.run(at - keptMs);
    },
    find(id) {
      const line = find.get(id);
      return line && toCommand(line);
    },
    unfinished: () => unfinished.all().map(toCommand),
  };
}

const toCommand = ({ id, outcome, reason, at }: CommandLine): SeenCommand => ({
  id,
  outcome,
  ...(reason === null ? {} : { reason }),
  at,
});
