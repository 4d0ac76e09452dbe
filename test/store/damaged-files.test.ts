/** Everything that can happen to a database file while nobody is looking, and what a start makes of it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoorId, GuestId } from '../../controller/core/dataset.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { faultGuard, faultsTyped } from '../../controller/store/storage-fault.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import { expectWholeChain } from '../support/event-chain.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

const now = () => Date.UTC(2026, 10, 22, 14, 5);
const gus = GuestId.parse('gus');
const revocation = { table: 'credential', id: 'pin', maxVersion: 5, epoch: 1, seq: 20 } as const;
const doors = 300;
const events = 300;

/** A folder with a building and a history. With `running`, as a kill -9 leaves it: all of it still in the logs. */
function used({ running = false } = {}): string {
  const dir = tempDir();
  const store = running ? storeIn(dir, now) : openStore(dir, { now });
  const put = Array.from({ length: doors }, (_, n) => rowOf('door', rows.aDoor(`d-${n}`)));
  store.replica.applyDelta(new CloudRows().put(...put));
  for (let n = 0; n < events; n += 10) {
    store.journal.commit(Array.from({ length: 10 }, () => JSON.stringify({ n, padding: 'x'.repeat(500) })));
  }
  store.journal.commit(
    [],
    [
      { kind: 'revocation', revocation },
      { kind: 'countUse', guest: gus, at: 1 },
    ],
  );
  if (!running) {
    store.close();
    return dir;
  }
  const killed = tempDir();
  for (const name of readdirSync(dir)) copyFileSync(join(dir, name), join(killed, name));
  return killed;
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}
const noise = Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 151 + 89) % 251));
const middle = (file: string): number => 4096 * Math.floor(statSync(file).size / 8192);

const damages: readonly (readonly [string, (file: string) => void])[] = [
  ['noise in the header', (file) => overwrite(file, 0, noise.subarray(0, 100))],
  ['noise over the first page but its header', (file) => overwrite(file, 100, noise.subarray(0, 3_996))],
  ['noise over a page in the middle', (file) => overwrite(file, middle(file), noise)],
  ['zeros over a page in the middle', (file) => overwrite(file, middle(file), Buffer.alloc(4096))],
  ['cut to half', (file) => truncateSync(file, statSync(file).size / 2)],
  ['cut within a page', (file) => truncateSync(file, statSync(file).size - 1_000)],
  ['another text altogether', (file) => writeFileSync(file, 'This was a database once.\n'.repeat(400))],
  [
    'a folder in its place',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
  [
    'a table dropped by hand',
    (file) => {
      const db = new Database(file);
      db.exec(file.endsWith('replica.db') ? 'DROP TABLE row' : 'DROP TABLE event');
      db.close();
    },
  ],
  [
    'its only row deleted by hand',
    (file) => {
      const db = new Database(file);
      db.exec(file.endsWith('replica.db') ? 'DELETE FROM dataset' : 'DELETE FROM journal');
      db.close();
    },
  ],
];

describe('a replica.db with', () => {
  it.each(damages)('%s is set aside and begins empty; the history goes on', (_, damage) => {
    const dir = used();
    damage(join(dir, 'replica.db'));
    const { replica, journal, notices } = storeIn(dir, now);
    expect(notices).toEqual([
      { database: 'replica.db', problem: expect.stringContaining('kept as replica.db.unreadable-2026') },
    ]);
    expect(replica.cursor()).toMatchObject({ epoch: 0, seq: 0 });
    expect(replica.read((found) => found.door(DoorId.parse('d-1')))).toBeUndefined();
    expect(replica.verify()).toBe(true);
    expect([journal.head().seq, journal.guestUses(gus).known]).toEqual([events, true]);
    expectWholeChain(journal);
  });

  it('length zero begins empty and is reported, as one that is missing is', () => {
    for (const lose of [(file: string) => truncateSync(file), (file: string) => rmSync(file)]) {
      const dir = used();
      lose(join(dir, 'replica.db'));
      const { replica, notices } = storeIn(dir, now);
      expect(notices).toEqual([{ database: 'replica.db', problem: 'was missing; started empty' }]);
      expect(replica.cursor().seq).toBe(0);
    }
  });

  it('damage again and again is kept once: the disk does not fill up with it', () => {
    const dir = used();
    let hour = 0;
    for (; hour < 3; hour += 1) {
      writeFileSync(join(dir, 'replica.db'), 'no database');
      const at = now() + hour * 3_600_000;
      openStore(dir, { now: () => at }).close();
    }
    const kept = readdirSync(dir).filter((name) => name.startsWith('replica.db.unreadable'));
    expect(kept).toEqual(['replica.db.unreadable-20261122T160500000Z']);
  });
});

describe('an events.db with', () => {
  it.each(damages)('%s is set aside; denials come back from the mirror, limited guests wait', (_, damage) => {
    const dir = used();
    const before = openStore(dir, { now });
    const { log } = before.journal;
    before.close();
    damage(join(dir, 'events.db'));
    const { replica, journal, notices } = storeIn(dir, now);
    expect(notices).toEqual([
      { database: 'events.db', problem: expect.stringContaining('kept as events.db.unreadable-2026') },
    ]);
    expect([journal.head().seq, journal.log === log]).toEqual([0, false]);
    expect(journal.revocations()).toEqual([revocation]);
    expect(journal.guestUses(gus)).toEqual({ used: 0, known: false });
    expect(replica.cursor().seq).toBe(1);
  });

  it('length zero begins anew in the same way', () => {
    const dir = used();
    truncateSync(join(dir, 'events.db'));
    const { journal, notices } = storeIn(dir, now);
    expect(notices).toEqual([{ database: 'events.db', problem: 'was missing; started empty' }]);
    expect([journal.revocations(), journal.guestUses(gus).known]).toEqual([[revocation], false]);
  });

  it('damage again and again is kept each time: it may be all that is left of a history', () => {
    const dir = used();
    for (let hour = 0; hour < 3; hour += 1) {
      writeFileSync(join(dir, 'events.db'), 'no database');
      const at = now() + hour * 3_600_000;
      openStore(dir, { now: () => at }).close();
    }
    expect(readdirSync(dir).filter((name) => name.startsWith('events.db.unreadable'))).toHaveLength(3);
  });
});

it('both at once begin empty, each reported', () => {
  const dir = used();
  for (const name of ['replica.db', 'events.db']) writeFileSync(join(dir, name), 'no database');
  const { journal, notices } = storeIn(dir, now);
  expect(notices.map(({ database }) => database)).toEqual(['replica.db', 'events.db']);
  expect(journal.head().seq).toBe(0);
  // No mirror says so any more: a limited guest might have been in as often as may be.
  expect(journal.guestUses(gus).known).toBe(false);
});

describe('what a kill -9 left behind, with noise in', () => {
  it.each(['replica.db', 'events.db'])('the -shm of %s, is all there', (name) => {
    const dir = used({ running: true });
    overwrite(join(dir, `${name}-shm`), 0, noise);
    const { replica, journal, notices } = storeIn(dir, now);
    expect(notices).toEqual([]);
    expect([replica.verify(), replica.cursor().seq, journal.head().seq]).toEqual([true, 1, events]);
  });

  // SQLite reads a -wal up to the first frame whose checksum is wrong; what came after is gone. Never half a transaction.
  it('the -wal, is what was committed before the noise, whole; or is set aside', () => {
    const dir = used({ running: true });
    const sizes = { 'replica.db': 0, 'events.db': 0 };
    for (const name of ['replica.db', 'events.db'] as const)
      sizes[name] = statSync(join(dir, `${name}-wal`)).size;
    const damage = fc.record({
      name: fc.constantFrom<'replica.db' | 'events.db'>('replica.db', 'events.db'),
      place: fc.double({ min: 0, max: 0.999, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
    });
    fc.assert(
      fc.property(damage, ({ name, place, bytes }) => {
        const damaged = tempDir();
        for (const part of readdirSync(dir)) copyFileSync(join(dir, part), join(damaged, part));
        overwrite(join(damaged, `${name}-wal`), Math.floor(place * sizes[name]), bytes);
        const store = openStore(damaged, { now });
        try {
          expectWholeChain(store.journal);
          expect(store.replica.verify()).toBe(true);
          const seen = store.replica.read((found) =>
            Array.from({ length: doors }, (_, n) => found.door(DoorId.parse(`d-${n}`))).filter(Boolean),
          );
          expect([0, doors]).toContain(seen.length);
        } finally {
          store.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('files that this user may not touch', () => {
  it.each(['replica.db', 'events.db'])('%s is left alone, and the start says whose fault it is', (name) => {
    const dir = used();
    // As another user than the one who owns it: root may everything.
    const nobody = 65_534;
    chmodSync(dir, 0o777);
    for (const other of readdirSync(dir)) chownSync(join(dir, other), nobody, nobody);
    chownSync(join(dir, name), 0, 0);
    chmodSync(join(dir, name), 0o600);
    const start = `const { openStore } = await import(${JSON.stringify(new URL('../../controller/store/open-store.ts', import.meta.url).href)});
      try { openStore(${JSON.stringify(dir)}, { now: () => 0 }); } catch ({ name, code, message }) { console.log(JSON.stringify({ name, code, message })); }`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', start], {
      ...{ encoding: 'utf8', uid: nobody, gid: nobody },
    });
    expect(JSON.parse(stdout)).toEqual({
      ...{ name: 'StorageFault', code: 'io', message: `${name} cannot be opened for writing` },
    });
    expect(readdirSync(dir).filter((found) => found.includes('unreadable'))).toEqual([]);
  });

  it('and are this user’s own are taken back', () => {
    const dir = used();
    for (const name of ['replica.db', 'events.db']) chmodSync(join(dir, name), 0o444);
    expect(storeIn(dir, now).notices).toEqual([]);
    expect(statSync(join(dir, 'events.db')).mode & 0o777).toBe(0o600);
  });
});

describe('a fault of a database', () => {
  const thrown =
    (code: string, message: string | undefined = 'it') =>
    () => {
      throw new SqliteError(message, code);
    };
  it.each<readonly [string, StorageFault['code'], string]>([
    ['SQLITE_FULL', 'diskFull', 'it'],
    ['SQLITE_IOERR_SHMSIZE', 'diskFull', 'it'],
    ['SQLITE_CORRUPT', 'unreadable', 'it'],
    ['SQLITE_CORRUPT_INDEX', 'unreadable', 'it'],
    ['SQLITE_NOTADB', 'unreadable', 'it'],
    ['SQLITE_IOERR_READ', 'unreadable', 'it'],
    ['SQLITE_IOERR_SHORT_READ', 'unreadable', 'it'],
    ['SQLITE_IOERR_CORRUPTFS', 'unreadable', 'it'],
    ['SQLITE_ERROR', 'unreadable', 'no such table: row'],
    ['SQLITE_ERROR', 'io', 'index row_by_id already exists'],
    ['SQLITE_IOERR_WRITE', 'io', 'it'],
    ['SQLITE_IOERR_FSYNC', 'io', 'it'],
    ['SQLITE_CANTOPEN', 'io', 'it'],
    ['SQLITE_BUSY', 'busy', 'it'],
  ])('%s is %s', (sqliteCode, code, message) => {
    const fault = expect.objectContaining({ name: 'StorageFault', code });
    expect(() => faultsTyped(thrown(sqliteCode, message))).toThrow(fault);
  });

  it('is told once, of the database that answered, also from the middle of another’s work', () => {
    const told: string[] = [];
    const guard = (database: 'replica.db' | 'events.db') =>
      faultGuard(database, (fault) => told.push(`${fault.database} ${fault.code}`));
    const inner = () => guard('events.db')(thrown('SQLITE_CORRUPT'));
    expect(() => guard('replica.db')(inner)).toThrow(StorageFault);
    expect(() => guard('replica.db')(thrown('SQLITE_FULL'))).toThrow(StorageFault);
    expect(told).toEqual(['events.db unreadable', 'replica.db diskFull']);
  });
});

it('a reserve that is something else is no reserve, and no obstacle', () => {
  const dir = tempDir();
  mkdirSync(join(dir, 'reserve'));
  const { disk } = storeIn(dir, now);
  expect(disk.reserve.keptBytes).toBe(0);
  expect(() => disk.reserve.grow(1)).toThrow(StorageFault);
  expect(existsSync(join(dir, 'events.db'))).toBe(true);
});
