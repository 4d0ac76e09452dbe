import type { Database, Statement } from 'better-sqlite3';
import type { Cursor } from '../ports/replica.ts';

/** The one row of `dataset`: which generation decisions read, and the cloud's cursor for it. */
export interface DatasetVersion extends Cursor {
  readonly live: number;
  /** The newest generation ever given out; above `live` it is being staged or was dropped. */
  readonly latest: number;
}

export const prepareDatasetVersion = (db: Database): Statement<[], DatasetVersion> =>
  db.prepare<[], DatasetVersion>('SELECT live, latest, epoch, seq, digest FROM dataset');

/** Whether moving there would take the cursor back, which nothing may (PROTOCOL invariant 2). */
export const isBehind = (
  a: { readonly epoch: number; readonly seq: number },
  b: { readonly epoch: number; readonly seq: number },
): boolean => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);
