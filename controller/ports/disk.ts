/** The disk under both databases: its space, what is kept of it for access events, and its faults (DESIGN section 8). */
import type { DiskSpace } from '../core/disk-space.ts';
import type { DatabaseName, StorageFault } from './journal.ts';

/** `refused`: the disk let nobody look; nothing is known. */
export type Soundness = 'sound' | 'unreadable' | 'refused';

export interface Reserve {
  readonly keptBytes: number;
  /** True from when a part of it was given back until it is whole again. */
  readonly broken: boolean;
  /** Adds one slice, if fewer than `wantedBytes` are kept. @throws StorageFault when the disk refuses */
  grow(wantedBytes: number): void;
}

export interface Disk {
  readonly reserve: Reserve;
  /** @throws StorageFault when the disk does not say */
  space(): Promise<DiskSpace>;
  /** Runs at each fault that a database answers to anybody, in that turn: the listener only takes note. */
  onFault(listener: (fault: StorageFault) => void): () => void;
  /** Reads every page of a database through a connection of its own, in a thread of its own. Never throws. */
  check(database: DatabaseName): Promise<Soundness>;
}
