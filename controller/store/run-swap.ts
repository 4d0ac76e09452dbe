import { Worker } from 'node:worker_threads';
import { StorageFault } from '../ports/journal.ts';
import type { SnapshotOutcome } from '../ports/replica.ts';
import type { WorkerReport } from './snapshot-worker.ts';

/**
 * Swaps the staged snapshot of `file` in, in a thread of its own.
 * @throws StorageFault when the disk refuses or `signal` ends it; the old version is live then.
 */
export function runSwap(file: string, signal: AbortSignal): Promise<SnapshotOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./snapshot-worker.ts', import.meta.url), { workerData: file });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (report: WorkerReport) => {
      if (report.kind === 'outcome') resolve(report.outcome);
      else reject(new StorageFault(report.code, report.problem));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(new StorageFault('io', 'the snapshot was not applied: its thread ended early'));
    });
  });
}
