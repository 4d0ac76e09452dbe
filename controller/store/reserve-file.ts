import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { reserveSliceBytes } from '../core/disk-space.ts';
import type { Reserve } from '../ports/disk.ts';
import { StorageFault } from '../ports/journal.ts';

/** The file `reserve` in the state folder: blocks that nobody else can use until we give them back. */
export class ReserveFile implements Reserve {
  readonly #path: string;
  #keptBytes: number;
  #broken = false;

  constructor(path: string, keptBytes: number) {
    this.#path = path;
    this.#keptBytes = keptBytes;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  get broken(): boolean {
    return this.#broken;
  }

  grow(wantedBytes: number): void {
    if (this.#keptBytes < wantedBytes) {
      this.#change((file) => this.#append(file));
      this.#keptBytes += reserveSliceBytes;
    }
    if (this.#keptBytes >= wantedBytes) this.#broken = false;
  }

  /** Gives a slice back to the disk; false when there is nothing left to give. */
  release(): boolean {
    const left = Math.max(0, this.#keptBytes - reserveSliceBytes);
    if (this.#keptBytes === 0) return false;
    this.#broken = true;
    try {
      this.#change((file) => ftruncateSync(file, left));
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return false;
    }
    this.#keptBytes = left;
    return true;
  }

  /** All of the slice or nothing. Noise, because some file systems keep no blocks for zeros. */
  #append(file: number): void {
    const at = this.#keptBytes;
    try {
      const slice = randomBytes(reserveSliceBytes);
      for (let done = 0; done < slice.length; ) {
        done += writeSync(file, slice, done, slice.length - done, at + done);
      }
    } catch (error) {
      ftruncateSync(file, at);
      throw error;
    }
  }

  /** With fsync: a journalling file system hands freed blocks out only once it has noted that they are free. */
  #change(work: (file: number) => void): void {
    try {
      const file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        work(file);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
      throw new StorageFault(full ? 'diskFull' : 'io', 'the reserve could not be changed', { cause: error });
    }
  }
}

/** As the last run left it. */
export function openReserve(dir: string): ReserveFile {
  const path = join(dir, 'reserve');
  const found = statSync(path, { throwIfNoEntry: false });
  return new ReserveFile(path, found?.isFile() === true ? found.size : 0);
}

/** Runs `work`, and again after each slice of the reserve as long as the disk is full. */
export function spendingReserve<T>(reserve: ReserveFile, work: () => T): T {
  for (;;) {
    try {
      return work();
    } catch (error) {
      const full = error instanceof StorageFault && error.code === 'diskFull';
      if (!full || !reserve.release()) throw error;
    }
  }
}
