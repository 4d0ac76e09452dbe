import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Replaces `keyset.jws` so that a power cut leaves the old one or the new one: write, fsync, rename, fsync the folder. */
export function saveKeyset(folder: string, jws: Uint8Array): void {
  const path = join(folder, 'keyset.jws');
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, jws);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
