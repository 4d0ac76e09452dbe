import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochMs } from '../core/access/facts.ts';
import type { Journal } from '../ports/journal.ts';
import type { Replica } from '../ports/replica.ts';
import { makeJournalState } from './journal-state.ts';
import { keepMirror } from './keep-mirror.ts';
import { prepareMirror } from './mirror.ts';
import { openOrSetAside } from './open-or-set-aside.ts';
import { readRowsAnew } from './read-rows-anew.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteReplica } from './sqlite-replica.ts';
import { faultsTyped } from './storage-fault.ts';

/** A database that could not be used and was made anew; the shell records it as an alarm. */
interface StoreNotice {
  readonly database: 'replica.db' | 'events.db';
  readonly problem: string;
}

export interface Store {
  readonly replica: Replica;
  readonly journal: Journal;
  readonly notices: readonly StoreNotice[];
  /** Ends a snapshot that is being applied (it rolls back) and closes both files. */
  close(): void;
}

/**
 * Opens `replica.db` and `events.db` in `dir`, making what is not there (DESIGN section 8). An unreadable one is set
 * aside and started empty. Denials of a lost `events.db` come back from the mirror; limited guests are then denied
 * until the next welcome.
 * @throws StorageFault when the disk refuses, DatabaseTooNew when a newer release has written there.
 */
export function openStore(dir: string, { now }: { readonly now: () => EpochMs }): Store {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const notices: StoreNotice[] = [];
  const open = (database: StoreNotice['database'], kind: 'replica' | 'events') => {
    const { db, setAside } = openOrSetAside(join(dir, database), kind, now());
    if (setAside !== undefined) notices.push({ database, problem: setAside });
    return { db, lost: setAside !== undefined };
  };
  const replicaDb = open('replica.db', 'replica').db;
  const events = open('events.db', 'events');

  return faultsTyped(() => {
    makeJournalState(events.db, randomUUID(), !events.lost);
    readRowsAnew(replicaDb);
    const replica = new SqliteReplica(replicaDb);
    const journal = new SqliteJournal(events.db, now);
    const mirror = prepareMirror(replicaDb);
    const mirrored = mirror.read();
    // Another log than the mirror's: the one it copied is gone, whether set aside just now or before a crash.
    if (mirrored !== undefined && mirrored.log !== journal.log) {
      journal.restore(mirrored);
      if (!events.lost) notices.push({ database: 'events.db', problem: 'was missing; started empty' });
    }
    keepMirror(journal, replica, mirror);
    return {
      replica,
      journal,
      notices,
      close() {
        replica.close();
        journal.close();
      },
    };
  });
}
