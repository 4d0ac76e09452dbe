/**
 * Reads the programs' databases from outside, while they run or after they were killed, with Node's own SQLite: another
 * library than theirs, and read-only.
 */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { digestOf, rowForm, type WireRow } from '../../controller/core/hash-forms.ts';
import type { EventRow, Place } from './evidence.ts';

interface Dataset extends Place {
  readonly digest: string;
}

export interface JournalReading {
  readonly log: string;
  readonly head: number;
  readonly acked: number;
  /** `scope counter on`, sorted; only those that are on, or all. */
  readonly lockdowns: readonly string[];
}

export interface CloudReading extends Dataset {
  readonly heads: ReadonlyMap<string, number>;
  readonly lockdowns: readonly string[];
}

/** Undefined where there is no such database, or it cannot be read now. */
function reading<T>(file: string, use: (db: DatabaseSync) => T): T | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
    db.exec('BEGIN');
    return use(db);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR') return undefined;
    throw error;
  } finally {
    db?.close();
  }
}

const all = <T>(db: DatabaseSync, sql: string): readonly T[] => db.prepare(sql).all() as unknown as T[];
const one = <T>(db: DatabaseSync, sql: string): T => db.prepare(sql).get() as unknown as T;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The live version: its cursor, and the sum of its rows as they are on disk, in one transaction. */
export const readReplica = (file: string): (Dataset & { readonly sum: string }) | undefined =>
  reading(file, (db) => {
    const dataset = one<Dataset>(db, 'SELECT epoch, seq, digest FROM dataset');
    const rows = all<WireRow>(
      db,
      'SELECT tbl AS "table", id, version, row FROM row WHERE gen = (SELECT live FROM dataset)',
    );
    return { ...dataset, sum: digestOf(rows.map((row) => sha256(rowForm(row)))) };
  });

export const readCursor = (file: string): Dataset | undefined =>
  reading(file, (db) => one<Dataset>(db, 'SELECT epoch, seq, digest FROM dataset'));

export const readJournal = (file: string): JournalReading | undefined =>
  reading(file, (db) => ({
    ...one<{ log: string; head: number; acked: number }>(
      db,
      'SELECT log, max(head_seq, coalesce((SELECT max(seq) FROM event), 0)) AS head, acked FROM journal',
    ),
    lockdowns: all<{ line: string }>(
      db,
      'SELECT scope AS line FROM lockdown WHERE is_on = 1 ORDER BY scope',
    ).map(({ line }) => line),
  }));

export const readEvents = (file: string): readonly EventRow[] | undefined =>
  reading(file, (db) => all<EventRow>(db, 'SELECT seq, body, hash FROM event ORDER BY seq'));

export const readSeenCommands = (file: string): ReadonlySet<string> | undefined =>
  reading(file, (db) => new Set(all<{ id: string }>(db, 'SELECT id FROM command').map(({ id }) => id)));

export const readCloud = (file: string): CloudReading | undefined =>
  reading(file, (db) => ({
    ...one<Dataset>(db, 'SELECT epoch, seq, digest FROM state'),
    heads: new Map(
      all<{ device: string; log: string; head: number }>(db, 'SELECT device, log, head FROM event_log').map(
        ({ device, log, head }) => [`${device}/${log}`, head],
      ),
    ),
    lockdowns: all<{ line: string }>(
      db,
      'SELECT scope AS line FROM lockdown WHERE active = 1 ORDER BY scope',
    ).map(({ line }) => line),
  }));

export function readCloudEvents(file: string): ReadonlyMap<string, readonly EventRow[]> | undefined {
  return reading(file, (db) => {
    const rows = all<EventRow & { device: string; log: string }>(
      db,
      'SELECT device, log, seq, body, hash FROM event ORDER BY device, log, seq',
    );
    return Map.groupBy(rows, ({ device, log }) => `${device}/${log}`);
  });
}
