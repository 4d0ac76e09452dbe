import { chmodSync, closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import Database, { type Database as Db } from 'better-sqlite3';
import { HeadEndError } from '../head-end-error.ts';

const migrationsFolder = new URL('./migrations/', import.meta.url);

/** Another process of this head-end (a command beside `run`) may hold the write lock for a moment. */
const busyTimeoutMs = 5_000;

/**
 * Opens the head-end's database, creating or migrating it. A reopened WAL database runs with synchronous=NORMAL
 * unless told otherwise and may then lose committed events, so both are set on every open (DESIGN section 1).
 * @throws HeadEndError `badState` when a newer version of this program wrote the file.
 */
export function openDatabase(file: string): Db {
  // Created with its mode before SQLite opens it: -wal and -shm inherit it.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const db = new Database(file, { timeout: busyTimeoutMs });
  try {
    setPragmas(db);
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** A second connection for long reads and for people who watch; it cannot write. */
export function openForReading(file: string): Db {
  const db = new Database(file, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true });
  db.pragma('synchronous = FULL');
  return db;
}

function setPragmas(db: Db): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
}

/** Files `0001-….sql`, `0002-….sql`; `user_version` is the number of the last one that ran. */
function migrate(db: Db): void {
  const files = readdirSync(migrationsFolder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort();
  db.transaction(() => {
    const done = Number(db.pragma('user_version', { simple: true }));
    if (done > files.length) {
      throw new HeadEndError(
        'badState',
        'The state folder was written by a newer version of vestibule-headend; update this one.',
      );
    }
    for (const [index, name] of files.entries()) {
      if (index < done) continue;
      db.exec(readFileSync(new URL(name, migrationsFolder), 'utf8'));
      db.pragma(`user_version = ${index + 1}`);
    }
  }).immediate();
}
