import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Database, SqliteError } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import { StorageFault } from '../ports/journal.ts';
import { type DatabaseKind, migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { faultsTyped } from './storage-fault.ts';

interface Opened<T> {
  /** What `use` made of the database. */
  readonly used: T;
  /** Set when the file was unreadable and an empty one stands in its place. */
  readonly setAside?: string;
}

export interface FreshDatabase {
  /** There was no such database before. */
  readonly isNew: boolean;
  /** There was one, and it has just been set aside. */
  readonly isLost: boolean;
}

/** A sector that the disk does not give back is asked for again: what passes must not cost a database. */
const readTries = 3;
const readPauseMs = 500;

/**
 * Opens, checks and migrates a database and hands it to `use`, which prepares what it needs. One that cannot be read is
 * renamed, with its -wal and -shm, and made anew (DESIGN section 8); its data is never half used, and is still there
 * for whoever repairs it.
 * @throws StorageFault for a disk that refuses, DatabaseTooNew for a newer release's file: neither is set aside.
 */
export function openOrSetAside<T>(
  file: string,
  kind: DatabaseKind,
  now: EpochMs,
  use: (db: Database, fresh: FreshDatabase) => T,
): Opened<T> {
  try {
    return { used: openPatiently(file, kind, (db, isNew) => use(db, { isNew, isLost: false })) };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const kept = setAside(file, kind, now);
    return {
      used: openChecked(file, kind, (db) => use(db, { isNew: true, isLost: true })),
      setAside: `${error.message}; kept as ${basename(kept)} and started empty`,
    };
  }
}

const isUnreadable = (error: unknown): error is StorageFault =>
  error instanceof StorageFault && error.code === 'unreadable';

function setAside(file: string, kind: DatabaseKind, now: EpochMs): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, '');
  const kept = `${file}.unreadable-${stamp}`;
  // What the cloud has anyway is kept once: a disk that damages it again and again must not fill up with it.
  if (kind === 'replica') forgetEarlier(file);
  // The file itself first: SQLite deletes a -wal that it finds beside an empty file, and never replays half of one.
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(file + part)) renameSync(file + part, kept + part);
  }
  return kept;
}

function forgetEarlier(file: string): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${basename(file)}.unreadable-`)) rmSync(join(folder, name), { recursive: true });
  }
}

function openPatiently<T>(file: string, kind: DatabaseKind, use: (db: Database, isNew: boolean) => T): T {
  for (let tries = 1; ; tries += 1) {
    try {
      return openChecked(file, kind, use);
    } catch (error) {
      const passing = isUnreadable(error) && isReadError(error.cause);
      if (!passing || tries === readTries) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, readPauseMs);
    }
  }
}

const isReadError = (cause: unknown): boolean =>
  cause instanceof SqliteError && cause.code.startsWith('SQLITE_IOERR');

function openChecked<T>(file: string, kind: DatabaseKind, use: (db: Database, isNew: boolean) => T): T {
  const db = openDatabase(file);
  try {
    return faultsTyped(() => {
      assertSound(db);
      const isNew = migrate(db, kind) === 0;
      return use(db, isNew);
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws StorageFault when a page cannot be read. */
export function assertSound(db: Database): void {
  if (!isSound(db)) throw new StorageFault('unreadable', 'the database fails its quick check');
}

/** SQLite's `quick_check`: every page is read, indexes are not compared with their tables. */
export const isSound = (db: Database): boolean => db.pragma('quick_check(1)', { simple: true }) === 'ok';
