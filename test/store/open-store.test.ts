import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DoorId, GuestId } from '../../controller/core/dataset.ts';
import type { JournalChange, Revocation } from '../../controller/ports/journal.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

const gus = GuestId.parse('gus');
const revocation: Revocation = { table: 'credential', id: 'pin', maxVersion: 5, epoch: 1, seq: 20 };
const lockdown = (on: boolean, counter: number): JournalChange => ({
  kind: 'lockdown',
  lockdown: { scope: 'building', on, counter },
});
const blocked = { door: DoorId.parse('d-0'), mode: 'Blocked' } as const;
const heldOpen = { door: DoorId.parse('d-1'), mode: 'LockedOpen' } as const;

/** A closed store with a door, many events, a revocation and a lockdown. */
function used() {
  const dir = tempDir();
  const store = openStore(dir, { now: () => 0 });
  const cloud = new CloudRows();
  store.replica.applyDelta(
    cloud.put(...Array.from({ length: 200 }, (_, i) => rowOf('door', rows.aDoor(`d-${i}`)))),
  );
  store.journal.commit(
    Array.from({ length: 200 }, (_, n) => JSON.stringify({ n, padding: 'x'.repeat(500) })),
    [
      { kind: 'countUse', guest: gus, at: 1 },
      { kind: 'revocation', revocation },
      lockdown(true, 3),
      ...[blocked, heldOpen].map((setting) => ({ kind: 'operatorMode', setting }) as const),
    ],
  );
  const { log } = store.journal;
  const head = store.journal.head();
  store.close();
  return { dir, cloud, log, head };
}

const spoilHeader = (file: string) => writeFileSync(file, 'This was a database once.\n'.repeat(400));
const spoilMiddle = (file: string) => {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(6 * 4096, 0x5a), 0, 6 * 4096, 4096 * Math.floor(statSync(file).size / 8192));
  closeSync(fd);
};
const damages = [
  ['whose first page is not a database’s', spoilHeader],
  ['whose middle is overwritten', spoilMiddle],
] as const;
const now = () => Date.UTC(2026, 10, 22, 14, 5);

describe('an events.db', () => {
  it.each(damages)(
    'failure case 13: %s is set aside; denials come back, limited guests wait for a welcome',
    (_, spoil) => {
      const { dir, log, head } = used();
      spoil(join(dir, 'events.db'));
      const { journal, replica, notices } = storeIn(dir, now);
      expect(notices).toEqual([
        { database: 'events.db', problem: expect.stringContaining('kept as events.db.') },
      ]);
      expect(readdirSync(dir)).toContain('events.db.unreadable-20261122T140500000Z');
      expect(journal.log).not.toBe(log);
      expect([journal.head().seq, head.seq]).toEqual([0, 200]);
      expect(journal.denied({ table: 'credential', id: 'pin', version: 5 })).toBe(true);
      expect(journal.revocations()).toEqual([revocation]);
      expect(journal.lockdowns()).toEqual([{ scope: 'building', on: true, counter: 3 }]);
      expect(journal.operatorModes()).toEqual([blocked]);
      expect(journal.guestUses(gus)).toEqual({ used: 0, known: false });
      expect(replica.cursor().seq).toBe(1);
    },
  );

  it('that is gone altogether is noticed too', () => {
    const { dir } = used();
    for (const end of ['', '-wal', '-shm']) rmSync(join(dir, `events.db${end}`), { force: true });
    const { journal, notices } = storeIn(dir);
    expect(notices).toEqual([{ database: 'events.db', problem: 'was missing; started empty' }]);
    expect([journal.revocations(), journal.guestUses(gus).known]).toEqual([[revocation], false]);
  });

  it('that was lost stays lost over restarts until a welcome, and is reported once', () => {
    const { dir } = used();
    spoilHeader(join(dir, 'events.db'));
    openStore(dir, { now }).close();
    const second = openStore(dir, { now });
    expect([second.notices, second.journal.guestUses(gus).known]).toEqual([[], false]);
    expect(second.journal.revocations()).toEqual([revocation]);
    second.journal.commit([], [{ kind: 'welcome', at: 9 }]);
    expect(second.journal.guestUses(gus).known).toBe(true);
    second.close();
    expect(storeIn(dir).journal.guestUses(gus).known).toBe(true);
  });

  it('that was lost gets its denials also when the process died before they were taken in', () => {
    const { dir } = used();
    spoilHeader(join(dir, 'events.db'));
    // What is there when the power goes right after the new file: a journal that the mirror does not know.
    const elsewhere = tempDir();
    openStore(elsewhere, { now }).close();
    rmSync(join(dir, 'events.db'));
    copyFileSync(join(elsewhere, 'events.db'), join(dir, 'events.db'));
    const { journal } = storeIn(dir, now);
    expect([journal.revocations(), journal.lockdowns().length, journal.guestUses(gus).known]).toEqual([
      [revocation],
      1,
      false,
    ]);
  });
});

describe('a replica.db', () => {
  it.each(damages)('failure case 12: %s is set aside and begins empty; the journal is kept', (_, spoil) => {
    const { dir, log, head } = used();
    spoil(join(dir, 'replica.db'));
    const { journal, replica, notices } = storeIn(dir, now);
    expect(notices).toEqual([
      { database: 'replica.db', problem: expect.stringContaining('kept as replica.db.') },
    ]);
    expect(existsSync(join(dir, 'replica.db.unreadable-20261122T140500000Z'))).toBe(true);
    expect(replica.cursor()).toEqual({ epoch: 0, seq: 0, digest: '0'.repeat(64) });
    expect(replica.read((found) => found.door(DoorId.parse('d-1')))).toBeUndefined();
    expect([journal.log, journal.head()]).toEqual([log, head]);
    expect(journal.guestUses(gus)).toEqual({ used: 1, firstUsedAt: 1, known: true });
  });

  it('made anew carries the mirror again', () => {
    const { dir } = used();
    spoilHeader(join(dir, 'replica.db'));
    openStore(dir, { now }).close();
    spoilHeader(join(dir, 'events.db'));
    expect(storeIn(dir, now).journal.revocations()).toEqual([revocation]);
  });
});

describe('the mirror', () => {
  it('never weakens what the journal knows better', () => {
    const { dir } = used();
    copyFileSync(join(dir, 'replica.db'), join(dir, 'older-replica.db'));
    const later = { ...revocation, id: 'card' };
    const store = openStore(dir, { now });
    store.journal.commit(
      [],
      [lockdown(false, 4), lockdown(true, 5), { kind: 'revocation', revocation: later }],
    );
    store.journal.commit([], [{ kind: 'dropRevocations', revocations: [revocation] }]);
    store.close();
    copyFileSync(join(dir, 'older-replica.db'), join(dir, 'replica.db'));
    const again = storeIn(dir).journal;
    expect(again.lockdowns()).toEqual([{ scope: 'building', on: true, counter: 5 }]);
    expect(again.revocations()).toEqual([later]);
  });

  it('is written soon after each denial, before anything is closed', async () => {
    const dir = tempDir();
    const { journal } = storeIn(dir);
    journal.commit([], [{ kind: 'revocation', revocation }]);
    const other = openDatabase(join(dir, 'replica.db'));
    const mirrored = other.prepare('SELECT revocations FROM mirror').pluck();
    await expect.poll(() => mirrored.get()).toBe(JSON.stringify([revocation]));
    other.close();
  });

  it.each<readonly [string, JournalChange, object]>([
    ['a revocation', { kind: 'revocation', revocation }, { revocations: [revocation] }],
    ['a lockdown', lockdown(true, 3), { lockdowns: [{ scope: 'building', on: true, counter: 3 }] }],
    ['a door that is kept shut', { kind: 'operatorMode', setting: blocked }, { operatorModes: [blocked] }],
  ])('takes over %s when nothing else has changed', (_, change, kept) => {
    const dir = tempDir();
    const store = openStore(dir, { now });
    store.journal.commit([], [change]);
    store.close();
    spoilHeader(join(dir, 'events.db'));
    const { journal } = storeIn(dir, now);
    expect({
      revocations: journal.revocations(),
      lockdowns: journal.lockdowns(),
      operatorModes: journal.operatorModes(),
    }).toEqual({ revocations: [], lockdowns: [], operatorModes: [], ...kept });
  });

  it('of another log adds its denials and ends none that is newer', () => {
    const { dir } = used();
    const db = openDatabase(join(dir, 'replica.db'));
    const other = [{ ...revocation, id: 'fob' }];
    const shut = { door: DoorId.parse('d-2'), mode: 'LockedDown', until: 9 } as const;
    db.prepare('UPDATE mirror SET log = ?, revocations = ?, lockdowns = ?, shut_doors = ?').run(
      'another-log',
      JSON.stringify(other),
      JSON.stringify([{ scope: 'building', on: false, counter: 2 }]),
      JSON.stringify([{ ...blocked, door: heldOpen.door }, shut]),
    );
    db.close();
    const { journal } = storeIn(dir);
    expect(journal.lockdowns()).toEqual([{ scope: 'building', on: true, counter: 3 }]);
    expect(journal.revocations()).toEqual(expect.arrayContaining([revocation, ...other]));
    expect(journal.operatorModes()).toEqual([blocked, heldOpen, shut]);
  });

  it('follows the end of a lockdown and of a mode, so that a lost journal does not shut a door again', () => {
    const { dir } = used();
    const store = openStore(dir, { now });
    const ended = { kind: 'operatorMode', setting: { door: blocked.door } } as const;
    store.journal.commit([], [lockdown(false, 4), ended]);
    store.close();
    spoilHeader(join(dir, 'events.db'));
    const { journal } = storeIn(dir, now);
    expect(journal.lockdowns()).toEqual([{ scope: 'building', on: false, counter: 4 }]);
    expect(journal.operatorModes()).toEqual([]);
  });
});

it('a new device knows its guests’ uses: none', () => {
  const { journal, notices } = storeIn(tempDir());
  expect([notices, journal.guestUses(gus)]).toEqual([[], { used: 0, known: true }]);
});
