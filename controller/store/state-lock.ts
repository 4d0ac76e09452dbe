import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Another controller works on this state folder. */
export class StateInUse extends Error {
  readonly code = 'stateInUse';
  constructor(dir: string) {
    super(`Another controller is running on ${dir}; stop it first, or give this one a stateDir of its own.`);
    this.name = 'StateInUse';
  }
}

/**
 * Holds the state folder for this process: events are numbered by a single writer. The lock is SQLite's own, on an
 * empty file, so that it ends with the process however that ends.
 * @throws StateInUse
 */
export function lockState(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const db = new Database(join(dir, 'running.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (cause instanceof Database.SqliteError && cause.code === 'SQLITE_BUSY') throw new StateInUse(dir);
    throw cause;
  }
  return { release: () => db.close() };
}
