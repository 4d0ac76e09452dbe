import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { StorageFault } from '../ports/journal.ts';
import { faultsTyped } from './storage-fault.ts';

/** How long a write waits for another connection: the snapshot worker, or somebody's sqlite3 shell. */
const busyTimeoutMs = 2_000;
/** Of each database in memory. Eight times as much, better-sqlite3's default, makes look-ups no faster: the kernel has the file. */
const cacheKib = 2_048;
/**
 * After so many pages a commit works the write-ahead log into the database. Fewer than SQLite's 1,000: the commit that does it,
 * perhaps a door's, has less to do, and the others write over blocks that the file has rather than make it longer.
 */
export const usualLogPages = 250;
/** A large snapshot must not leave its write-ahead log behind on a small disk. */
const walLimitBytes = 16 * 1024 * 1024;

/** What must hold on every connection. `synchronous` is not stored in the file: each open sets it anew. */
const required = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 } as const;

/**
 * Opens a database of ours, made with mode 0600 if it was not there; SQLite gives -wal and -shm the same mode.
 * A reopened WAL database would run with `synchronous=NORMAL` and could lose committed events with the power
 * (DESIGN section 1), so this is the only way to a connection that writes, the worker's included.
 * @throws StorageFault when the file is unreadable or a pragma did not take.
 */
export function openDatabase(file: string): Database.Database {
  keepPrivate(file);
  return faultsTyped(() => {
    const db = new Database(file, { timeout: busyTimeoutMs });
    try {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma(`cache_size = -${cacheKib}`);
      db.pragma(`wal_autocheckpoint = ${usualLogPages}`);
      db.pragma('foreign_keys = ON');
      db.pragma('trusted_schema = OFF');
      db.pragma(`journal_size_limit = ${walLimitBytes}`);
      assertPragmas(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
    for (const name of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(name)) chmodSync(name, 0o600);
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? error.code : undefined;
    const code = found === 'EISDIR' ? 'unreadable' : found === 'ENOSPC' ? 'diskFull' : 'io';
    throw new StorageFault(code, `${basename(file)} cannot be opened for writing`, { cause: error });
  }
}

function assertPragmas(db: Database.Database): void {
  for (const [name, wanted] of Object.entries(required)) {
    const found = db.pragma(name, { simple: true });
    if (found !== wanted) throw new StorageFault('io', `${name} is ${String(found)} and must be ${wanted}`);
  }
}
