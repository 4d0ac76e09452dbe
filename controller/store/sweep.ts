import type { Database } from 'better-sqlite3';

/** The generations that stay: what decisions read and, where a snapshot is being fetched, the newest one; else `live` twice. */
interface Kept {
  readonly live: number;
  readonly staged: number;
}

/** Deletes at most `limit` rows of generations that nobody needs; true: some were there. Callers hold the transaction. */
export function prepareSweep(db: Database): (kept: Kept, limit: number) => boolean {
  // Three ranges of the index: with `<>` each sweep would pass over every row that is staged.
  const unneeded = '(gen < @live OR (gen > @live AND gen < @staged) OR gen > @staged)';
  const statements = [
    `DELETE FROM row WHERE rowid IN (SELECT rowid FROM row WHERE ${unneeded} LIMIT @limit)`,
    `DELETE FROM member WHERE (gen, holder, grp) IN
       (SELECT gen, holder, grp FROM member WHERE ${unneeded} LIMIT @limit)`,
  ].map((sql) => db.prepare<Kept & { readonly limit: number }>(sql));
  return (kept, limit) =>
    statements.map((statement) => statement.run({ ...kept, limit }).changes).some((swept) => swept > 0);
}
