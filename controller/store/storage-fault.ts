import { SqliteError } from 'better-sqlite3';
import { type DatabaseName, StorageFault } from '../ports/journal.ts';

/** A database that a newer release has written: this one must not touch it. Install the newer release again. */
export class DatabaseTooNew extends Error {
  readonly code = 'databaseTooNew';
  constructor(database: string, found: number, known: number) {
    super(`${database} has version ${found}; this release knows versions up to ${known}`);
    this.name = 'DatabaseTooNew';
  }
}

/**
 * SQLite's result codes as the port's faults. Unreadable is what no second try is expected to read: a damaged page, a
 * table that is gone, a sector that the disk does not give back. Whether it passes all the same, who asks has to find out.
 */
function codeOf({ code: sqliteCode, message }: InstanceType<typeof SqliteError>): StorageFault['code'] {
  // The file beside the log that SQLite maps into memory finds no room.
  if (/^SQLITE_(FULL|IOERR_SHMSIZE)$/.test(sqliteCode)) return 'diskFull';
  if (/^SQLITE_(CORRUPT|NOTADB|IOERR_(READ|SHORT_READ|CORRUPTFS)$)/.test(sqliteCode)) return 'unreadable';
  if (sqliteCode === 'SQLITE_ERROR' && /^no such (table|column)/.test(message)) return 'unreadable';
  if (/^SQLITE_(BUSY|LOCKED)/.test(sqliteCode)) return 'busy';
  return 'io';
}

/** Runs work on a database; its faults leave typed. */
export type FaultGuard = <T>(work: () => T) => T;

/**
 * Runs `work`; what SQLite throws leaves as a StorageFault, anything else as it is. The message names the code only:
 * SQLite's own may quote values.
 */
export function faultsTyped<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    throw new StorageFault(codeOf(error), `the database answered ${error.code}`, { cause: error });
  }
}

/** The same for one database, by name; each fault is told to `onFault` once. */
export function faultGuard(database: DatabaseName, onFault: (fault: StorageFault) => void): FaultGuard {
  return (work) => {
    try {
      return faultsTyped(work);
    } catch (error) {
      // One that has a name was another database's, asked in the middle of this one's work.
      if (!(error instanceof StorageFault) || error.database !== undefined) throw error;
      const fault = new StorageFault(error.code, error.message, { cause: error.cause, database });
      onFault(fault);
      throw fault;
    }
  };
}
