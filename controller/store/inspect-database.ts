/**
 * A program of its own: `node inspect-database.ts replica|events <state folder>` prints an `Inspection` as JSON. Reading
 * a large database takes long and cannot be interrupted; a process can be ended.
 *
 * It writes nothing. A connection to a WAL database makes -wal and -shm files beside it, even a read-only one; where
 * nobody has the database open and its -wal is empty, `immutable` says so and no file is touched. better-sqlite3 has no
 * such connection, Node's own SQLite does.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StorageFault } from '../ports/journal.ts';
import { inspectEvents } from './inspect-events.ts';
import { inspectReplica } from './inspect-replica.ts';
import { databaseFiles, type Inspection } from './inspection.ts';
import { type DatabaseKind, knownVersion } from './migrate.ts';
import { isStateLocked } from './state-lock.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const damagedCodes = [11, 26];

const readers = { replica: inspectReplica, events: inspectEvents } as const;

function inspect(kind: DatabaseKind, dir: string): Inspection<unknown> {
  const file = join(dir, databaseFiles[kind]);
  try {
    if (sizeOf(file) === undefined) return { kind: 'missing' };
    const rests = isAtRest(dir, file);
    const first = look(kind, file, rests);
    // A controller that has started meanwhile may have written below an immutable look.
    return rests && !isAtRest(dir, file) ? look(kind, file, false) : first;
  } catch (error) {
    if (error instanceof StorageFault) return { kind: 'refused', code: error.code };
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (!('errcode' in error)) return { kind: 'refused', code: String(error.code) };
    const code = Number(error.errcode) & 0xff;
    return damagedCodes.includes(code) ? { kind: 'damaged' } : { kind: 'refused', code: `SQLite ${code}` };
  }
}

const sizeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

const isAtRest = (dir: string, file: string): boolean =>
  !isStateLocked(dir) && (sizeOf(`${file}-wal`) ?? 0) === 0;

function look(kind: DatabaseKind, file: string, immutable: boolean): Inspection<unknown> {
  const address = pathToFileURL(file);
  if (immutable) address.search = '?immutable=1';
  const db = new DatabaseSync(address, { readOnly: true });
  try {
    const known = knownVersion(kind);
    const version = Number(theOne(db, 'PRAGMA user_version'));
    if (theOne(db, 'PRAGMA quick_check(1)') !== 'ok') return { kind: 'damaged' };
    // Every release has given its databases a version: this one is empty, or was never one of ours.
    if (version === 0) return { kind: 'damaged' };
    if (version !== known) return { kind: 'otherRelease', found: version, known };
    db.exec('BEGIN');
    const found = readers[kind](db);
    return found === undefined ? { kind: 'damaged' } : { kind: 'sound', found };
  } finally {
    db.close();
  }
}

const theOne = (db: DatabaseSync, sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];

const [, , kind, dir = ''] = process.argv;
if (kind !== 'replica' && kind !== 'events') throw new TypeError('which database: replica or events');
process.stdout.write(JSON.stringify(inspect(kind, dir)));
