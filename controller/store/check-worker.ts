/** The thread that finds out whether a database can still be read, while the main thread goes on. */
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Soundness } from '../ports/disk.ts';
import { StorageFault } from '../ports/journal.ts';
import { assertSound } from './open-or-set-aside.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteReplica } from './sqlite-replica.ts';
import { faultsTyped } from './storage-fault.ts';

/** What a start asks of a database, without changing it: sound pages, and every table that a statement names. */
function check(file: string): Soundness {
  try {
    faultsTyped(() => {
      const db = new Database(file, { readonly: true });
      try {
        assertSound(db);
        if (basename(file) === 'replica.db') new SqliteReplica(db).cursor();
        else new SqliteJournal(db);
      } finally {
        db.close();
      }
    });
    return 'sound';
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    return error.code === 'unreadable' ? 'unreadable' : 'refused';
  }
}

parentPort?.postMessage(check(String(workerData)));
