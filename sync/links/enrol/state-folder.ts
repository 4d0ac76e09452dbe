/**
 * The identity folder on its way into the state folder. Everything is written into `identity.new/` and becomes
 * `identity/` by one rename: after a power cut at any moment there is a whole identity or none.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const current = (stateDir: string): string => join(stateDir, 'identity');
const coming = (stateDir: string): string => join(stateDir, 'identity.new');
const going = (stateDir: string): string => join(stateDir, 'identity.old');

export const isEnrolled = (stateDir: string): boolean => existsSync(current(stateDir));

/** What a power cut between two renames may have left: the earlier identity stands again, or goes for good. */
export function settleIdentity(stateDir: string): void {
  if (!existsSync(going(stateDir))) return;
  if (isEnrolled(stateDir)) rmSync(going(stateDir), { recursive: true });
  else renameSync(going(stateDir), current(stateDir));
  syncFolder(stateDir);
}

/** The key (PKCS #8, PEM) of an enrolment that was cut off; undefined for none. */
export function keptKey(stateDir: string): string | undefined {
  try {
    return readFileSync(join(coming(stateDir), 'device.key'), 'utf8');
  } catch {
    return undefined;
  }
}

/** Begins an identity with its key: nothing else of it is there before the head-end has granted it. */
export function beginIdentity(stateDir: string, keyPem: string): void {
  dropComing(stateDir);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  mkdirSync(coming(stateDir), { mode: 0o700 });
  writeSynced(join(coming(stateDir), 'device.key'), keyPem);
  syncFolder(coming(stateDir));
  syncFolder(stateDir);
}

/** Writes the other files into the folder that is coming, and returns that. */
export function fillIdentity(stateDir: string, files: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(files)) {
    writeSynced(join(coming(stateDir), name), `${content.trimEnd()}\n`);
  }
  syncFolder(coming(stateDir));
  return coming(stateDir);
}

/** The folder that is coming becomes the identity, in the place of any earlier one. */
export function takeUpIdentity(stateDir: string): void {
  if (isEnrolled(stateDir)) renameSync(current(stateDir), going(stateDir));
  renameSync(coming(stateDir), current(stateDir));
  syncFolder(stateDir);
  settleIdentity(stateDir);
}

/** An enrolment that is refused for good leaves no key that it has made behind. */
export const dropComing = (stateDir: string): void =>
  rmSync(coming(stateDir), { recursive: true, force: true });

/** Replaces a file of the identity folder, whole or not at all: tmp, fsync, rename, fsync of the folder. */
export function replaceFile(folder: string, name: string, content: string): void {
  const path = join(folder, name);
  writeSynced(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
  syncFolder(folder);
}

function writeSynced(path: string, content: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
