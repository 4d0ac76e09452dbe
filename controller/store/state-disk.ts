import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskSpace } from '../core/disk-space.ts';
import type { Disk, Reserve, Soundness } from '../ports/disk.ts';
import { type DatabaseName, StorageFault } from '../ports/journal.ts';
import { runCheck } from './run-check.ts';

/** The disk under the state folder, behind its port. */
export class StateDisk implements Disk {
  readonly reserve: Reserve;
  readonly #dir: string;
  readonly #listeners = new Set<(fault: StorageFault) => void>();
  readonly #closing = new AbortController();

  constructor(dir: string, reserve: Reserve) {
    this.#dir = dir;
    this.reserve = reserve;
  }

  async space(): Promise<DiskSpace> {
    try {
      const { blocks, bfree, bavail, bsize } = await statfs(this.#dir);
      return { usedBytes: (blocks - bfree) * bsize, availableBytes: bavail * bsize };
    } catch (cause) {
      throw new StorageFault('io', 'the disk does not say how full it is', { cause });
    }
  }

  onFault(listener: (fault: StorageFault) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  check(database: DatabaseName): Promise<Soundness> {
    return runCheck(join(this.#dir, database), this.#closing.signal);
  }

  /** A database has answered with a fault. */
  noteFault(fault: StorageFault): void {
    for (const listener of this.#listeners) listener(fault);
  }

  /** Ends a check that is under way. */
  close(): void {
    this.#closing.abort();
  }
}
