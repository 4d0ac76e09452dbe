import { SqliteError } from 'better-sqlite3';
import { StorageFault } from '../ports/journal.ts';

/** A database that a newer release has written: this one must not touch it. Install the newer release again. */
export class DatabaseTooNew extends Error {
  readonly code = 'databaseTooNew';
  constructor(database: string, found: number, known: number) {
    super(`${database} has version ${found}; this release knows versions up to ${known}`);
    this.name = 'DatabaseTooNew';
  }
}

/** SQLite's result codes as the port's faults. The message names the code only: SQLite's own may quote values. */
function codeOf(sqliteCode: string): StorageFault['code'] {
  if (sqliteCode === 'SQLITE_FULL') return 'diskFull';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode)) return 'unreadable';
  if (/^SQLITE_(BUSY|LOCKED)/.test(sqliteCode)) return 'busy';
  return 'io';
}

/** Runs `work`; what SQLite throws leaves as a StorageFault, anything else as it is. */
export function faultsTyped<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    throw new StorageFault(codeOf(error.code), `the database answered ${error.code}`, { cause: error });
  }
}
