import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Makes a folder that only its owner may read. */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    // As Node tells of a read-only disk, too: a folder by itself is refused by its real reason.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      mkdirSync(firstMissing(folder), { mode: 0o700 });
    throw error;
  }
  chmodSync(folder, 0o700);
}

const firstMissing = (folder: string): string =>
  existsSync(dirname(folder)) ? folder : firstMissing(dirname(folder));

/** Writes a file that only its owner may read, whole or not at all. */
export const writeSecretFile = (file: string, content: string): void =>
  writeWhole(file, content, { mode: 0o600 });

export interface FileOwner {
  readonly mode: number;
  /** Absent: whoever runs this. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Writes a file whole or not at all: tmp, fsync, rename, fsync of the folder. */
export function writeWhole(file: string, content: string, { mode, uid, gid }: FileOwner): void {
  const temporary = `${file}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    if (uid !== undefined && gid !== undefined && process.geteuid?.() === 0) fchownSync(handle, uid, gid);
    // What is left of an earlier attempt has its own mode, and the umask narrows that of a new one.
    fchmodSync(handle, mode);
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
