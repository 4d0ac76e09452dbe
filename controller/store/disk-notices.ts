import type { Database } from 'better-sqlite3';
import type { Shed } from '../core/disk-space.ts';

/** What was last told of the disk's space, and what is still to be told; one row. Callers hold the transaction. */
export interface DiskNotices {
  setLow(low: boolean): void;
  low(): boolean;
  setShed(shed: Shed | undefined): void;
  shed(): Shed | undefined;
}

export function prepareDiskNotices(db: Database): DiskNotices {
  const setLow = db.prepare('UPDATE disk_notice SET low = ?');
  const low = db.prepare<[], 0 | 1>('SELECT low FROM disk_notice').pluck();
  const setShed = db.prepare('UPDATE disk_notice SET shed = ?');
  const shed = db.prepare<[], string | null>('SELECT shed FROM disk_notice').pluck();
  return {
    setLow: (next) => void setLow.run(next ? 1 : 0),
    low: () => low.get() === 1,
    setShed: (next) => void setShed.run(next === undefined ? null : JSON.stringify(next)),
    shed() {
      const stored = shed.get() ?? null;
      return stored === null ? undefined : (JSON.parse(stored) as Shed);
    },
  };
}
