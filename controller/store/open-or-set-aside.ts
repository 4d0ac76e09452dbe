import { existsSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import { StorageFault } from '../ports/journal.ts';
import { type DatabaseKind, migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { faultsTyped } from './storage-fault.ts';

interface Opened {
  readonly db: Database;
  /** Set when the file was unreadable and an empty one stands in its place. */
  readonly setAside?: string;
}

/**
 * Opens, checks and migrates a database. One that cannot be read is renamed, with its -wal and -shm, and made anew
 * (DESIGN section 8); its data is never half used, and is still there for whoever repairs it.
 * @throws StorageFault for a disk that refuses, DatabaseTooNew for a newer release's file: neither is set aside.
 */
export function openOrSetAside(file: string, kind: DatabaseKind, now: EpochMs): Opened {
  try {
    return { db: openChecked(file, kind) };
  } catch (error) {
    if (!(error instanceof StorageFault && error.code === 'unreadable')) throw error;
    const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, '');
    const kept = `${file}.unreadable-${stamp}`;
    // The file itself first: SQLite deletes a -wal that it finds beside an empty file, and never replays half of one.
    for (const part of ['', '-wal', '-shm']) {
      if (existsSync(file + part)) renameSync(file + part, kept + part);
    }
    return {
      db: openChecked(file, kind),
      setAside: `${error.message}; kept as ${basename(kept)} and started empty`,
    };
  }
}

function openChecked(file: string, kind: DatabaseKind): Database {
  const db = openDatabase(file);
  try {
    faultsTyped(() => {
      if (!isSound(db)) throw new StorageFault('unreadable', 'the database fails its quick check');
      migrate(db, kind);
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite's `quick_check`: every page is read, indexes are not compared with their tables. */
export const isSound = (db: Database): boolean => db.pragma('quick_check(1)', { simple: true }) === 'ok';
