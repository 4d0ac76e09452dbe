import { Worker } from 'node:worker_threads';
import type { Soundness } from '../ports/disk.ts';

/** Checks the database in `file` in a thread of its own: its pages may be many, and no door waits for them. */
export function runCheck(file: string, signal: AbortSignal): Promise<Soundness> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url), { workerData: file });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (soundness: Soundness) => resolve(soundness));
    // A thread that cannot even run knows nothing about the database.
    worker.once('error', () => resolve('refused'));
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      resolve('refused');
    });
  });
}
