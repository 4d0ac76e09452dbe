/** The thread that swaps a staged snapshot in, while the main thread goes on deciding with the old version. */
import { parentPort, workerData } from 'node:worker_threads';
import { StorageFault } from '../ports/journal.ts';
import type { SnapshotOutcome } from '../ports/replica.ts';
import { openDatabase } from './open-database.ts';
import { faultsTyped } from './storage-fault.ts';
import { swapStaged } from './swap-staged.ts';

/** What the thread says, once. Error objects lose their type between threads. */
export type WorkerReport =
  | { readonly kind: 'outcome'; readonly outcome: SnapshotOutcome }
  | { readonly kind: 'fault'; readonly code: StorageFault['code']; readonly problem: string };

function report(file: string): WorkerReport {
  try {
    const db = openDatabase(file);
    try {
      return { kind: 'outcome', outcome: faultsTyped(() => swapStaged(db)) };
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    return { kind: 'fault', code: error.code, problem: error.message };
  }
}

parentPort?.postMessage(report(String(workerData)) satisfies WorkerReport);
