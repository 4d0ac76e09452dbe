import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import type { BuildingFile } from '../../sync/headend/building-file/file.ts';
import { readBuildingFile } from '../../sync/headend/building-file/read.ts';

const examples = resolve(import.meta.dirname, '../../config/examples');
const text = readFileSync(resolve(examples, 'building.yaml'), 'utf8');

function example(): BuildingFile {
  const read = readBuildingFile(text, 'building.yaml');
  if (read.kind === 'refused') throw new Error(read.problems.map(({ sentence }) => sentence).join('\n'));
  expect(read.restricted).toEqual([]);
  return read.file;
}
const file = example();
const { residents, guests, doors, grants } = file;
const [past, future] = ['2026-01-01', '2031-01-01'];

describe('the example building', () => {
  it('has 60 suites, 110 residents, and a person with two suites', () => {
    expect(new Set(residents.map(({ suite }) => suite)).size).toBe(60);
    expect(residents).toHaveLength(110);
    const suitesOf = Map.groupBy(residents, ({ displayName }) => displayName);
    expect(suitesOf.get('Trần Quốc Bảo')?.map(({ suite }) => suite)).toEqual(['302', '905']);
  });

  it('has English and French names with accents and apostrophes', () => {
    const names = residents.map(({ displayName }) => displayName ?? '');
    for (const part of [
      "O'Brien",
      "D'Amico",
      'Nguyễn',
      'Élodie',
      'François',
      'Zoë',
      'Lefèvre',
      "L'Heureux",
    ]) {
      expect(
        names.some((name) => name.includes(part)),
        part,
      ).toBe(true);
    }
    expect(new Set(residents.map(({ language }) => language ?? 'en'))).toEqual(new Set(['en', 'fr']));
  });

  const kinds: readonly (readonly [string, number, (r: BuildingFile['residents'][number]) => unknown])[] = [
    ['hidden', 8, (r) => !r.showOnConsole],
    ['with a nickname', 8, (r) => r.overrideDisplayName],
    ['with an override number', 5, (r) => r.overrideCallNumber],
    ['with escalation numbers', 5, (r) => r.escalationNumbers.length > 0],
    ['with do-not-disturb hours', 4, (r) => r.doNotDisturb],
    ['with accessible timing', 5, (r) => r.extendedAccess],
    ['who move in years ahead', 4, (r) => (r.moveInDate ?? '') >= future],
    ['who have moved out', 4, (r) => r.moveOutDate !== undefined && r.moveOutDate < past],
    ['with a lease that ends', 2, (r) => (r.moveOutDate ?? '') >= future],
    ['who are suspended', 2, (r) => r.status === 'suspended'],
    ['with a car tag', 3, (r) => r.carTags.length > 0],
    ['with a lost or suspended credential', 2, (r) => r.cards.some(({ status }) => status !== 'active')],
    ['with a duress code', 2, (r) => r.codes.some((c) => typeof c === 'object' && c.duress)],
    ['whose invites are restricted', 1, (r) => r.invites?.restricted],
  ];
  it.each(kinds)('has residents %s (at least %i)', (_, least, is) => {
    expect(residents.filter(is).length).toBeGreaterThanOrEqual(least);
  });

  const guestKinds: readonly (readonly [string, (g: BuildingFile['guests'][number]) => unknown])[] = [
    ['a guest', (g) => g.kind === 'guest'],
    ['a delivery', (g) => g.kind === 'delivery'],
    ['a service', (g) => g.kind === 'service'],
    ['one without a host', (g) => g.host === undefined],
    ['one with hours across midnight', (g) => g.windows?.some(({ from, to }) => to < from)],
    ['one with a number of uses', (g) => g.maxUses],
    ['one that works for a time from its first use on', (g) => g.validFor],
    ['one that is revoked', (g) => g.revoked],
    ['one that has not started', (g) => g.startsAt >= future],
    ['one that has ended', (g) => g.endsAt !== undefined && g.endsAt < past],
    ['one with doors of its own', (g) => g.doors.length > 1],
  ];
  it.each(guestKinds)('has among its guests %s', (_, is) => {
    expect(guests.filter(is).length).toBeGreaterThan(0);
  });

  it('has grants of every source, SALTO doors, a door for car tags, and a holiday calendar in use', () => {
    expect(new Set(grants.map(({ source }) => source))).toEqual(
      new Set(['common', 'suite', 'salto', 'parking', 'storage', 'amenity']),
    );
    expect(doors.filter(({ kind }) => kind === 'salto').map(({ id }) => id)).toEqual([
      'corridor-4',
      'bike-room',
    ]);
    expect(doors.find(({ id }) => id === 'garage')?.authentication).toBe('card');
    const gymHours = file.schedules.find(({ id }) => id === 'gym-hours');
    expect(gymHours?.specialDays?.map(({ calendar }) => calendar)).toEqual(['closed-days', 'holidays']);
    expect(file.calendars.find(({ id }) => id === 'holidays')?.dates).toContain('2031-07-01');
  });

  it('has staff, an installer among them, and contractors', () => {
    expect(file.staff.some(({ installer }) => installer)).toBe(true);
    expect(file.others.length).toBeGreaterThan(2);
  });

  it('uses only phone numbers that are reserved for fiction', () => {
    const numbers = [...text.matchAll(/"(\+\d+)"/g)].map(([, number]) => number);
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers.filter((number) => !/^\+1(416|514)55501\d\d$/.test(number ?? ''))).toEqual([]);
  });

  it('says in its header three codes and whose they are', () => {
    const [opens, notYet, movedOut] = [...text.matchAll(/^#\s+(\d{8}) {2}/gm)].map(([, code]) => code);
    const holder = (code: string | undefined) => residents.find(({ codes }) => codes.some((c) => c === code));
    expect(holder(opens)).toMatchObject({ displayName: 'Élodie Tremblay', suite: '101', status: 'active' });
    expect(guests.find(({ code }) => code === notYet)).toMatchObject({
      host: '101-elodie-tremblay',
      startsAt: '2031-06-01 17:00',
    });
    expect(holder(movedOut)).toMatchObject({ displayName: 'Ronan Fitzgerald', moveOutDate: '2024-06-30' });
  });

  it('has every door that the example configuration wires', () => {
    const read = loadConfig(resolve(examples, 'vestibule.yaml'));
    const ids: readonly string[] = doors.map(({ id }) => id);
    expect(
      read.kind === 'config' && Object.keys(read.config.doors).filter((id) => !ids.includes(id)),
    ).toEqual([]);
  });
});
