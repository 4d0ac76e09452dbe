import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRow } from '../../controller/core/dataset.ts';
import { type BuildingRow, expand } from '../../sync/headend/building-file/expand.ts';
import { instantOf } from '../../sync/headend/building-file/moment.ts';
import { readBuildingFile } from '../../sync/headend/building-file/read.ts';

const text = readFileSync(resolve(import.meta.dirname, '../../config/examples/building.yaml'), 'utf8');
const siteKey = Buffer.alloc(32, 7);

function rowsOf(yaml: string): readonly BuildingRow[] {
  const read = readBuildingFile(yaml, 'building.yaml');
  if (read.kind === 'refused') throw new Error(read.problems[0]?.sentence);
  return expand(read.file, siteKey);
}
const rows = rowsOf(text);
const row = (table: string, id: string) => rows.find((r) => r.table === table && r.id === id)?.row;
const edited = (from: string | RegExp, to: string): string => {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`the example has no ${from}`);
  return changed;
};

/** Rows of `after` that are new or differ from `before`, and ids that are gone: what publishing would send. */
function difference(before: readonly BuildingRow[], after: readonly BuildingRow[]): readonly string[] {
  const keyed = (list: readonly BuildingRow[]) =>
    new Map(list.map((r) => [`${r.table} ${r.id}`, JSON.stringify(r.row)]));
  const [old, now] = [keyed(before), keyed(after)];
  return [
    ...[...now].filter(([key, json]) => old.get(key) !== json).map(([key]) => key),
    ...[...old.keys()].filter((key) => !now.has(key)).map((key) => `gone: ${key}`),
  ];
}

describe('a group that is too large for a row', () => {
  const tower = (count: number): string => {
    const residents = Array.from(
      { length: count },
      (_, i) => `  - {id: r-${i}, suite: "${i}", showOnConsole: false, directoryCode: "${10_000 + i}"}\n`,
    );
    return [
      text.slice(0, text.indexOf('\nresidents:')).replace('directoryCodeLength: 4', 'directoryCodeLength: 5'),
      `residents:\n${residents.join('')}groups:\n  - {id: everybody, residents: all}`,
      'grants:\n  - {source: common, groups: [everybody], doors: [front]}\n',
    ].join('\n');
  };
  const of = (list: readonly BuildingRow[], table: string) => list.filter((r) => r.table === table);

  it('is published in parts that fit, with everybody in one of them and a grant for each', () => {
    const list = rowsOf(tower(5_000));
    const groups = of(list, 'group');
    expect(groups.length).toBeGreaterThan(1);
    for (const group of groups) expect(Buffer.byteLength(JSON.stringify(group.row))).toBeLessThan(33 * 1024);
    const members = groups.flatMap((group) => group.row['members'] as readonly { id: string }[]);
    expect(members.map(({ id }) => id).sort()).toEqual(
      of(list, 'resident')
        .map(({ id }) => id)
        .sort(),
    );
    expect(of(list, 'grant').map((grant) => (grant.row['subject'] as { id: string }).id)).toEqual(
      groups.map(({ id }) => id),
    );
    expect(of(list, 'grant').map(({ id }) => id)).toContain(
      `group.everybody.front.part-1-of-${groups.length}`,
    );
  });

  it('changes in one part when one resident is added', () => {
    const changed = difference(rowsOf(tower(5_000)), rowsOf(tower(5_001)));
    expect(changed).toHaveLength(2);
    expect(changed.map((key) => key.split(' ')[0])).toEqual(expect.arrayContaining(['group', 'resident']));
  });

  it('stays one group below that', () => {
    expect(of(rowsOf(tower(500)), 'group').map(({ id }) => id)).toEqual(['everybody']);
  });
});

describe('expanding a building file', () => {
  it('gives rows that the dataset accepts once they have a version', () => {
    const refused = rows
      .map((r) => ({ id: r.id, check: readRow(r.table, JSON.stringify({ ...r.row, version: 1 })) }))
      .filter(({ check }) => check.kind !== 'row');
    expect(refused).toEqual([]);
  });

  it('gives each row an id of its own', () => {
    expect(new Set(rows.map((r) => `${r.table} ${r.id}`)).size).toBe(rows.length);
  });

  it('gives the same text for the same file and key, and other hashes for another key', () => {
    expect(JSON.stringify(rowsOf(text))).toBe(JSON.stringify(rows));
    const read = readBuildingFile(text, 'building.yaml');
    const other = read.kind === 'building' ? expand(read.file, Buffer.alloc(32, 8)) : [];
    const changed = difference(rows, other).map((key) => key.split(' ')[0]);
    expect(new Set(changed)).toEqual(new Set(['credential', 'guest']));
    expect(changed).toHaveLength(rows.filter(({ row: { hash } }) => hash !== undefined).length);
  });

  it('does not depend on the order in which keys are written', () => {
    const turned = edited(
      '  - suite: "101"\n    displayName: Élodie Tremblay\n',
      '  - displayName: Élodie Tremblay\n    suite: "101"\n',
    );
    expect(JSON.stringify(rowsOf(turned))).toBe(JSON.stringify(rows));
  });

  it('hashes codes, cards and tags in their forms', () => {
    const hash = (form: string) => createHmac('sha256', siteKey).update(form).digest('hex');
    expect(row('credential', '101-elodie-tremblay.code1')?.['hash']).toBe(hash('code:48292613'));
    expect(row('credential', '101-elodie-tremblay.fob1')?.['hash']).toBe(hash('bits:26:bd88eb80'));
    expect(row('credential', '101-elodie-tremblay.tag1')?.['hash']).toBe(
      hash('text:E2003412012F1700046A21C8'),
    );
  });

  it('leaves no code, card or tag in clear anywhere', () => {
    const secrets = [
      ...text.matchAll(/codes: \["(\d+)"\]/g),
      ...text.matchAll(/code: "(\d+)"/g),
      ...text.matchAll(/hex: "([0-9a-f]+)"/g),
      ...text.matchAll(/carTags: \["(\w+)"\]/g),
    ].map(([, secret = '']) => secret.toLowerCase());
    expect(secrets.length).toBeGreaterThan(200);
    // Six digits may stand inside a hash by chance: they count where no further hex digit is beside them.
    const words = new Set(
      JSON.stringify(rows)
        .toLowerCase()
        .split(/[^0-9a-z]+/),
    );
    expect(secrets.filter((secret) => words.has(secret))).toEqual([]);
  });

  it('sends no name of a hidden resident, in no field and in no id', () => {
    const hidden = [...text.matchAll(/displayName: (.+)\n\s+showOnConsole: false/g)].map(
      ([, name = '']) => name,
    );
    expect(hidden.length).toBeGreaterThanOrEqual(8);
    const everything = JSON.stringify(rows.filter(({ table }) => table !== 'guest'));
    expect(hidden.filter((name) => everything.includes(name))).toEqual([]);
    expect(row('resident', '105-a')).not.toHaveProperty('displayName');
    expect(row('resident', '105-a')).toMatchObject({ suite: '105', showOnConsole: false });
  });

  it('reads local times in the building’s zone', () => {
    expect(row('guest', '101-elodie-tremblay-helene-marchand-2031-06-01')).toMatchObject({
      startsAt: '2031-06-01T21:00:00.000Z',
      host: '101-elodie-tremblay',
      doors: [],
    });
  });

  it('makes one grant of each subject and door, and members of "all"', () => {
    expect(row('grant', 'group.residents.gym')).toMatchObject({
      subject: { kind: 'group', id: 'residents' },
      door: 'gym',
      schedule: 'gym-hours',
      source: 'amenity',
    });
    expect(row('group', 'residents')?.['members']).toHaveLength(110);
  });

  it('turns weekdays into numbers and durations into milliseconds', () => {
    expect(row('schedule', 'gym-hours')?.['weekly']).toEqual([
      { from: '06:00', to: '22:00', days: [1, 2, 3, 4, 5] },
      { from: '08:00', to: '20:00', days: [6, 7] },
    ]);
    expect(row('door', 'loading')).toMatchObject({ accessTimeMs: 10_000, openTooLongMs: 600_000 });
  });
});

describe('publishing a file again changes what was changed, and no more', () => {
  it.each([
    [
      'a nickname',
      "overrideDisplayName: Shin O'Brien",
      'overrideDisplayName: Neddy',
      ['resident 102-sinead-obrien'],
    ],
    ['a phone number', 'phone: "+14165550163"', 'phone: "+14165550199"', ['resident 101-elodie-tremblay']],
    ['a code', 'codes: ["48292613"]', 'codes: ["48292631"]', ['credential 101-elodie-tremblay.code1']],
    ['hours', 'from: 06:00, to: 22:00', 'from: 06:00, to: 23:00', ['schedule gym-hours']],
    ['a comment', '# Crosses midnight', '# Passes midnight', []],
    [
      'a code added',
      'codes: ["48292613"]',
      'codes: ["48292613", "48292631"]',
      ['credential 101-elodie-tremblay.code2'],
    ],
  ])('%s', (_, from, to, changed) => {
    expect(difference(rows, rowsOf(edited(from, to)))).toEqual(changed);
  });
});

describe('a local time as an instant', () => {
  it.each([
    ['an ordinary one', '2027-01-31 17:00', 'America/Toronto', '2027-01-31T22:00:00.000Z'],
    [
      'inside a spring-forward gap: the first instant after it',
      '2027-03-14 02:30',
      'America/Toronto',
      '2027-03-14T07:00:00.000Z',
    ],
    [
      'inside a fall-back overlap: the first pass',
      '2027-11-07 01:30',
      'America/Toronto',
      '2027-11-07T05:30:00.000Z',
    ],
    ['inside a gap of half an hour', '2027-10-03 02:15', 'Australia/Lord_Howe', '2027-10-02T15:30:00.000Z'],
    ['inside a day that a zone skipped', '2011-12-30 12:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s', (_, wall, zone, instant) => {
    expect(instantOf(wall, zone)).toBe(instant);
  });

  it('never lies before the wall time, and on it wherever the wall time exists', () => {
    const zones = ['America/Toronto', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
    const minutes = fc.integer({ min: 0, max: 60 * 24 * 365 * 12 });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
        const plain = Temporal.PlainDateTime.from('2020-01-01T00:00').add({ minutes: minute });
        const wall = plain.toString({ smallestUnit: 'minute' }).replace('T', ' ');
        const shown = Temporal.Instant.from(instantOf(wall, zone)).toZonedDateTimeISO(zone).toPlainDateTime();
        const exists = plain.toZonedDateTime(zone).toPlainDateTime().equals(plain);
        expect(Temporal.PlainDateTime.compare(shown, plain)).toBe(exists ? 0 : 1);
      }),
    );
  });
});
