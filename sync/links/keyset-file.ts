import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Replaces `keyset.jws` so that a power cut leaves the old one or the new one: write, fsync, rename, fsync the folder.
 * @throws an error with a `code` when the disk refuses; the old one is still there then, and nothing beside it.
 */
export function saveKeyset(folder: string, jws: Uint8Array): void {
  const path = join(folder, 'keyset.jws');
  const temporary = `${path}.tmp`;
  try {
    writeWhole(temporary, jws);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
