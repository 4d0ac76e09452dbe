import {
  chmodSync,
  closeSync,
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
export const makePrivateFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
};

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
