import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StorageFault } from '../ports/journal.ts';
import { faultsTyped } from './storage-fault.ts';

const lockFile = 'running.lock';
/** For whoever looks for an instant whether the folder is held: a look must not refuse a start. */
const lookedAtMs = 100;

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
 * @throws StateInUse, StorageFault when the disk refuses
 */
export function lockState(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const db = faultsTyped(() => new Database(join(dir, lockFile), { timeout: lookedAtMs }));
  try {
    faultsTyped(() => db.exec('BEGIN EXCLUSIVE'));
  } catch (cause) {
    db.close();
    if (cause instanceof StorageFault && cause.code === 'busy') throw new StateInUse(dir);
    throw cause;
  }
  return { release: () => db.close() };
}

/**
 * Whether a controller runs on `dir`. Changes nothing; a controller that starts at this instant still starts.
 * @throws StorageFault when this user may not look
 */
export function isStateLocked(dir: string): boolean {
  const file = join(dir, lockFile);
  if (!existsSync(file)) return false;
  const db = faultsTyped(() => new Database(file, { readonly: true, timeout: 0 }));
  try {
    faultsTyped(() => db.pragma('schema_version'));
    return false;
  } catch (error) {
    if (error instanceof StorageFault && error.code === 'busy') return true;
    throw error;
  } finally {
    db.close();
  }
}
