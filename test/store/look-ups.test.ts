import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuildingRows } from '../../controller/core/access/facts.ts';
import {
  DoorId,
  GuestId,
  OtherId,
  ResidentId,
  ScheduleId,
  StaffId,
  tableNames,
} from '../../controller/core/dataset.ts';
import type { DirectoryRows } from '../../controller/ports/replica.ts';
import { hashKey } from '../../controller/store/look-up-key.ts';
import { lookUpSql } from '../../controller/store/look-ups.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

const anna = rows.aResident('anna', { suite: '204' });
const bruno = rows.aResident('bruno', { suite: '102' });
const hidden = rows.aResident('hidden', { suite: '101', showOnConsole: false });
const gone = rows.aResident('gone', { suite: '103', status: 'suspended' });
const sam = rows.aStaff('sam');
const lift = rows.anOther('lift');
const annaRef = { kind: 'resident', id: ResidentId.parse('anna') } as const;
const brunoRef = { kind: 'resident', id: ResidentId.parse('bruno') } as const;
const familyRef = { kind: 'group', id: 'family' };
const lobby = DoorId.parse('lobby');
const gym = DoorId.parse('gym');

const all = {
  building: [rows.aBuilding()],
  resident: [anna, bruno, hidden, gone],
  staff: [sam],
  other: [lift],
  door: [rows.aDoor('lobby'), rows.aDoor('gym')],
  credential: [
    rows.aCredential('pin-anna', annaRef, { code: '11112222' }),
    rows.aCredential('pin-bruno', brunoRef, { code: '11112222', status: 'revoked' }),
    rows.aCredential('card-anna', annaRef, { code: 'card', kind: 'card' }),
  ],
  guest: [rows.aGuest('gina', { code: '33334444' }), rows.aGuest('gus', { code: '55556666' })],
  grant: [
    rows.aGrant('g-anna-lobby', annaRef),
    rows.aGrant('g-anna-lobby-suite', annaRef, { source: 'suite' }),
    rows.aGrant('g-anna-gym', annaRef, { door: 'gym' }),
    rows.aGrant('g-family-gym', familyRef, { door: 'gym' }),
  ],
  group: [
    rows.aGroup('family', [annaRef, brunoRef]),
    rows.aGroup('staffroom', [{ kind: 'staff', id: 'sam' }]),
  ],
  schedule: [rows.aSchedule('office', [{ days: [1], from: '08:00', to: '18:00' }])],
  calendar: [rows.aCalendar('holidays', ['2026-12-25'])],
};

function withRows<T>(use: (found: BuildingRows & DirectoryRows) => T): T {
  const { replica } = storeIn(tempDir());
  const cloud = new CloudRows();
  const wire = Object.entries(all).flatMap(([table, list]) => list.map((row) => rowOf(table, row)));
  expect(replica.applyDelta(cloud.put(...wire))).toEqual({ kind: 'applied', refusals: [] });
  return replica.read(use);
}

const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).sort();

describe('the look-ups of a decision', () => {
  it.each<readonly [string, (found: BuildingRows & DirectoryRows) => unknown, unknown]>([
    ['the building', (found) => found.building(), all.building[0]],
    ['a door', (found) => found.door(lobby), all.door[0]],
    ['no door of that name', (found) => found.door(DoorId.parse('roof')), undefined],
    [
      'credentials by hash, whatever their status',
      (found) => ids(found.byHash(rows.hashOf('11112222')).credentials),
      ['pin-anna', 'pin-bruno'],
    ],
    ['no guest under a credential hash', (found) => found.byHash(rows.hashOf('11112222')).guests, []],
    ['guests by hash', (found) => found.byHash(rows.hashOf('33334444')).guests, [all.guest[0]]],
    ['a guest by id', (found) => found.guest(GuestId.parse('gus')), all.guest[1]],
    ['a resident', (found) => found.holder(annaRef), { kind: 'resident', row: anna }],
    [
      'a member of staff',
      (found) => found.holder({ kind: 'staff', id: StaffId.parse('sam') }),
      { kind: 'staff', row: sam },
    ],
    [
      'somebody else',
      (found) => found.holder({ kind: 'other', id: OtherId.parse('lift') }),
      { kind: 'other', row: lift },
    ],
    [
      'nobody of another kind',
      (found) => found.holder({ kind: 'other', id: OtherId.parse('anna') }),
      undefined,
    ],
    ['the groups of a holder', (found) => ids(found.groupsOf(brunoRef)), ['family']],
    [
      'grants of exactly this subject at this door',
      (found) => ids(found.grants(annaRef, lobby)),
      ['g-anna-lobby', 'g-anna-lobby-suite'],
    ],
    [
      'grants of a group',
      (found) => ids(found.grants({ kind: 'group', id: all.group[0]?.id as never }, gym)),
      ['g-family-gym'],
    ],
    ['no grants of a member by its group', (found) => found.grants(brunoRef, gym), []],
    ['a schedule', (found) => found.schedule(ScheduleId.parse('office')), all.schedule[0]],
    ['a calendar', (found) => found.calendar(all.calendar[0]?.id as never), all.calendar[0]],
    [
      'residents for the screen, by suite, without the hidden and the suspended',
      (found) => found.listedResidents(undefined, 100).map(({ suite }) => suite),
      ['102', '204'],
    ],
    ['the cursor of the version that is read', (found) => found.cursor, { epoch: 1, seq: 1 }],
  ])('find %s', (_, look, expected) => {
    expect(withRows(look)).toEqual(expected);
  });

  it('follow a group whose members change', () => {
    const { replica } = storeIn(tempDir());
    const cloud = new CloudRows();
    const family = rows.aGroup('family', [annaRef]);
    replica.applyDelta(cloud.put(rowOf('group', family)));
    replica.applyDelta(cloud.put(rowOf('group', { ...family, version: 2, members: [brunoRef] })));
    expect(replica.read((found) => [found.groupsOf(annaRef), ids(found.groupsOf(brunoRef))])).toEqual([
      [],
      ['family'],
    ]);
    replica.applyDelta(cloud.delta({ delete: { table: 'group', id: 'family', version: 2 } }));
    expect(replica.read((found) => found.groupsOf(brunoRef))).toEqual([]);
  });

  it('follow a credential whose hash changes', () => {
    const { replica } = storeIn(tempDir());
    const cloud = new CloudRows();
    replica.applyDelta(cloud.put(rowOf('credential', rows.aCredential('c', annaRef, { code: 'old' }))));
    replica.applyDelta(
      cloud.put(rowOf('credential', rows.aCredential('c', annaRef, { code: 'new', version: 2 }))),
    );
    const found = replica.read((now) =>
      ['old', 'new'].map((code) => now.byHash(rows.hashOf(code)).credentials.length),
    );
    expect(found).toEqual([0, 1]);
  });

  it('tell rows apart whose short keys are the same', () => {
    const seen = new Map<number, string>();
    const pair = (): readonly [string, string] => {
      for (let n = 0; ; n += 1) {
        const hash = rows.hashOf(String(n));
        const other = seen.get(hashKey(hash));
        if (other !== undefined) return [other, hash];
        seen.set(hashKey(hash), hash);
      }
    };
    const [one, other] = pair();
    const { replica } = storeIn(tempDir());
    const credential = { ...rows.aCredential('c', annaRef, { code: 'x' }), hash: one };
    const guest = { ...rows.aGuest('g', { code: 'y' }), hash: other };
    replica.applyDelta(new CloudRows().put(rowOf('credential', credential), rowOf('guest', guest)));
    replica.read((found) => {
      expect(found.byHash(one)).toEqual({ credentials: [credential], guests: [] });
      expect(found.byHash(other)).toEqual({ credentials: [], guests: [guest] });
    });
  });

  it('use an index each, none walks through a table', () => {
    const dir = tempDir();
    storeIn(dir).close();
    const db = openDatabase(join(dir, 'replica.db'));
    const { byId, ...others } = lookUpSql;
    const statements = {
      ...Object.fromEntries(tableNames.map((table) => [`${table} by id`, byId(table)])),
      ...others,
    };
    for (const [name, sql] of Object.entries(statements)) {
      // A bound name would have SQLite plan the statement anew at each binding.
      expect(sql).not.toContain('tbl = ?');
      const values = sql.split('?').slice(1);
      const plan = db
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...values)
        .map(({ detail }) => detail)
        .filter((detail) => /^(SEARCH|SCAN)/.test(detail));
      expect([name, plan.length > 0, plan.filter((step) => !/^SEARCH \w+ USING .*=\?/.test(step))]).toEqual([
        name,
        true,
        [],
      ]);
      // Never from all groups down to their members.
      if (name === 'groupsOf') expect(plan[0]).toMatch(/^SEARCH member .*holder=\?/);
    }
    db.close();
  });
});
