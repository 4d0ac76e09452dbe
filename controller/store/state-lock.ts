import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { StorageFault } from '../ports/journal.ts';
import { faultsTyped } from './storage-fault.ts';

const lockFile = 'running.lock';
/** For whoever looks for an instant whether the folder is held: a look must not refuse a start. */
const lookedAtMs = 100;

/** A controller or an enrolment works on this state folder. */
export class StateInUse extends Error {
  readonly code = 'stateInUse';
  constructor(dir: string) {
    super(
      `Another vestibule run or vestibule provision works on ${dir}; end it first, or give this one a stateDir of its own.`,
    );
    this.name = 'StateInUse';
  }
}

/**
 * Holds the state folder for this process: events are numbered by a single writer. The lock is SQLite's own, on an
 * empty file, so that it ends with the process however that ends.
 * @throws StateInUse, StorageFault when the disk refuses, EACCES or EPERM as they are: this user may not
 */
export function lockState(dir: string): { release(): void } {
  reach(dir);
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

/** SQLite would say of every folder alike that it cannot be opened: the kernel tells a forbidden one from a broken disk. */
function reach(dir: string): void {
  const file = join(dir, lockFile);
  try {
    makeFolder(dir);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES' || code === 'EPERM') throw error;
    const fault = code === 'ENOSPC' || code === 'EDQUOT' ? 'diskFull' : 'io';
    throw new StorageFault(fault, `${dir} cannot be written (${code})`, { cause: error });
  }
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    // As Node tells of a read-only disk, too: a folder by itself is refused by its real reason.
    if (codeOf(error) === 'ENOENT') mkdirSync(firstMissing(dir), { mode: 0o700 });
    throw error;
  }
}

const firstMissing = (dir: string): string => (existsSync(dirname(dir)) ? dir : firstMissing(dirname(dir)));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

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
