/**
 * Wiping what makes a console one of a building's (PROTOCOL "Enrolment" 6). It begins with a rename, so that after a
 * power cut the console is not enrolled and the next start goes on wiping.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const wiping = (stateDir: string): string => join(stateDir, 'identity.wiping');

/** A wipe has begun and has to be finished. */
export const isWiping = (stateDir: string): boolean => existsSync(wiping(stateDir));

/** From here on this console is not enrolled. */
export function beginWipe(stateDir: string): void {
  rmSync(wiping(stateDir), { recursive: true, force: true });
  renameSync(join(stateDir, 'identity'), wiping(stateDir));
  syncFolder(stateDir);
}

/** Identities, readers' keys and databases, those that were set aside included, and the space reserved for events; the rest stays. */
const belongsToBuilding = /^(identity|identity\.(new|old)|readers|reserve|(replica|events)\.db.*)$/;

/** Deletes what a begun wipe has left. The caller holds the state folder's lock. */
export function finishWipe(stateDir: string): void {
  if (!isWiping(stateDir)) return;
  for (const name of readdirSync(stateDir)) {
    if (belongsToBuilding.test(name)) rmSync(join(stateDir, name), { recursive: true, force: true });
  }
  syncFolder(stateDir);
  // Last: until then the next start does this again.
  rmSync(wiping(stateDir), { recursive: true });
  syncFolder(stateDir);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
