import { join } from 'node:path';
import { commandStore } from './command-store.ts';
import { datasetStore } from './dataset-store.ts';
import { deviceStore } from './device-store.ts';
import { enrolmentStore } from './enrolment-store.ts';
import { eventStore } from './event-store.ts';
import { guestUseStore } from './guest-use-store.ts';
import { openDatabase } from './open-database.ts';
import { overlayStore } from './overlay-store.ts';
import { snapshotStore } from './snapshot-store.ts';

export const databaseFile = (stateDir: string): string => join(stateDir, 'headend.db');

export type HeadEndStore = ReturnType<typeof openStore>;

/** Everything the head-end knows, in one SQLite file. `now` (milliseconds) seeds the epoch of a new one. */
export function openStore(stateDir: string, now: number) {
  const file = databaseFile(stateDir);
  const db = openDatabase(file);
  return {
    file,
    dataset: datasetStore(db, Math.floor(now / 1_000)),
    overlays: overlayStore(db),
    snapshots: snapshotStore(db),
    devices: deviceStore(db),
    enrolment: enrolmentStore(db),
    events: eventStore(db),
    guestUses: guestUseStore(db),
    commands: commandStore(db),
    /** All of `work` or nothing of it, on disk when it returns. */
    transact: <T>(work: () => T): T => db.transaction(work).immediate(),
    /** Changes whenever another process has written. */
    dataVersion: (): number => Number(db.pragma('data_version', { simple: true })),
    close: (): void => {
      db.close();
    },
  };
}
