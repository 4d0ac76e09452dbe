import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';

/** Counted from the index alone: the rows themselves are not read. */
export const liveCodesSql =
  'SELECT count(*) FROM row WHERE gen = (SELECT live FROM dataset) AND code_until > ?';

/** @returns how many codes of the live version end after `now`. */
export function prepareLiveCodes(db: Database): (now: EpochMs) => number {
  const count = db.prepare<[EpochMs], number>(liveCodesSql).pluck();
  return (now) => count.get(now) ?? 0;
}
