import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../core/access/facts.ts';
import type { Disk } from '../ports/disk.ts';
import type { DatabaseName, Journal } from '../ports/journal.ts';
import type { Replica } from '../ports/replica.ts';
import { makeJournalState } from './journal-state.ts';
import { keepMirror } from './keep-mirror.ts';
import { prepareMirror } from './mirror.ts';
import { type FreshDatabase, openOrSetAside } from './open-or-set-aside.ts';
import { readRowsAnew } from './read-rows-anew.ts';
import { openReserve, spendingReserve } from './reserve-file.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteReplica } from './sqlite-replica.ts';
import { StateDisk } from './state-disk.ts';
import { faultGuard, faultsTyped } from './storage-fault.ts';

/** A database that could not be used and was made anew; the shell records it as an alarm. */
interface StoreNotice {
  readonly database: DatabaseName;
  readonly problem: string;
}

export interface Store {
  readonly replica: Replica;
  readonly journal: Journal;
  readonly disk: Disk;
  readonly notices: readonly StoreNotice[];
  /** Ends a snapshot that is being applied (it rolls back) and closes both files. */
  close(): void;
}

const missing = 'was missing; started empty';

/**
 * Opens `replica.db` and `events.db` in `dir`, making what is not there (DESIGN section 8). An unreadable one is set
 * aside and started empty. Denials of a lost `events.db` come back from the mirror; limited guests are then denied
 * until the next welcome. On a full disk the reserve gives the room to open them. `now` is asked for nothing but the names of
 * what is set aside: at this point there is only the system's clock, which may be wrong.
 * @throws StorageFault when the disk refuses, DatabaseTooNew when a newer release has written there.
 */
export function openStore(dir: string, { now }: { readonly now: () => EpochMs }): Store {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const reserve = openReserve(dir);
  const disk = new StateDisk(dir, reserve);
  const notices: StoreNotice[] = [];
  const guardOf = (database: DatabaseName) => faultGuard(database, (fault) => disk.noteFault(fault));
  const open = <T>(
    database: DatabaseName,
    kind: 'replica' | 'events',
    use: (db: Database, fresh: FreshDatabase) => T,
  ): T => {
    const path = join(dir, database);
    const { used, setAside } = spendingReserve(reserve, () => openOrSetAside(path, kind, now(), use));
    if (setAside !== undefined) notices.push({ database, problem: setAside });
    return used;
  };
  const { replica, mirror, isNew } = open('replica.db', 'replica', (db, fresh) => {
    readRowsAnew(db);
    const opened = new SqliteReplica(db, { guard: guardOf('replica.db'), reserve });
    // Without one nothing could ever be read.
    opened.cursor();
    return { replica: opened, mirror: prepareMirror(db), ...fresh };
  });
  const { journal, isLost } = open('events.db', 'events', (db, fresh) => {
    makeJournalState(db, randomUUID(), !fresh.isLost);
    return { journal: new SqliteJournal(db, { guard: guardOf('events.db'), reserve }), ...fresh };
  });
  if (isNew && notices.length === 0 && journal.head().seq > 0) {
    notices.push({ database: 'replica.db', problem: missing });
  }

  return faultsTyped(() => {
    const mirrored = mirror.read();
    // Another log than the mirror's: the one it copied is gone, whether set aside just now or before a crash.
    if (mirrored !== undefined && mirrored.log !== journal.log) {
      journal.restore(mirrored);
      if (!isLost) notices.push({ database: 'events.db', problem: missing });
    }
    const kept = keepMirror(journal, replica, mirror);
    return {
      replica,
      journal,
      disk,
      notices,
      close() {
        disk.close();
        kept.close();
        replica.close();
        journal.close();
      },
    };
  });
}
