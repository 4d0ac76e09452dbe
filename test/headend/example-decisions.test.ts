import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { decide } from '../../controller/core/access/decide.ts';
import { type TableName, tables } from '../../controller/core/dataset.ts';
import { codeForm } from '../../controller/core/hash-forms.ts';
import { expand } from '../../sync/headend/building-file/expand.ts';
import { readBuildingFile } from '../../sync/headend/building-file/read.ts';
import { factsOf, type World } from '../support/facts.ts';

const text = readFileSync(resolve(import.meta.dirname, '../../config/examples/building.yaml'), 'utf8');
const siteKey = Buffer.alloc(32, 7);
const read = readBuildingFile(text, 'building.yaml');
if (read.kind === 'refused') throw new Error(read.problems[0]?.sentence);
const rows = expand(read.file, siteKey);

/** The rows of a table as a console reads them. */
const table = <Row>(name: TableName, schema: z.ZodType<Row>): readonly Row[] =>
  rows.flatMap((r) => (r.table === name ? [schema.parse({ ...r.row, version: 1 })] : []));

const world: World = {
  building: table('building', tables.building)[0],
  residents: table('resident', tables.resident),
  staff: table('staff', tables.staff),
  others: table('other', tables.other),
  credentials: table('credential', tables.credential),
  guests: table('guest', tables.guest),
  doors: table('door', tables.door),
  grants: table('grant', tables.grant),
  groups: table('group', tables.group),
  schedules: table('schedule', tables.schedule),
  calendars: table('calendar', tables.calendar),
};
const facts = (at: string) => {
  const now = Date.parse(at);
  return factsOf(world, { clock: { state: 'trusted', now }, lastWelcomeAt: now });
};
const front = tables.door.shape.id.parse('front');
const outcome = (code: string, at: string): string => {
  const hash = createHmac('sha256', siteKey).update(codeForm(code)).digest('hex');
  const decision = decide(facts(at), {
    kind: 'credential',
    method: 'code',
    hash,
    door: front,
    accessPoint: 'lobby',
  });
  return decision.outcome === 'deny' ? decision.reason : decision.outcome;
};
const [opens = '', notYet = '', movedOut = ''] = [...text.matchAll(/^#\s+(\d{8}) {2}/gm)].map(
  ([, code]) => code,
);
const { guests } = read.file;
const guestCode = (called: string): string => guests.find(({ name }) => name === called)?.code ?? '';

describe('the example’s codes at the front door', () => {
  const noons = ['2026-06-15T16:00:00.000Z', '2028-12-25T17:00:00.000Z', '2030-10-31T16:00:00.000Z'];

  it.each(noons)('do what the header says, for years (%s)', (at) => {
    expect([opens, notYet, movedOut].map((code) => outcome(code, at))).toEqual([
      'grant',
      'notActiveYet',
      'movedOut',
    ]);
  });

  it.each([
    ['Jasper Quinn', 'revoked'],
    ['Grand-maman Côté', 'expired'],
    ['Petra Novák', 'hostMovedOut'],
    ["Liam O'Shaughnessy", 'hostSuspended'],
    ['Movers', 'hostNotMovedInYet'],
    ['Tante Françoise', 'grant'],
    ['Parcel carrier', 'grant'],
    ['Night nurse', 'notPermittedAtThisTime'],
    ['Furniture delivery', 'noGrant'],
  ])('of the guest %s: %s', (name, expected) => {
    expect(outcome(guestCode(name), '2026-06-15T16:00:00.000Z')).toBe(expected);
  });

  it('of the night nurse works at night', () => {
    expect(outcome(guestCode('Night nurse'), '2026-06-16T03:00:00.000Z')).toBe('grant');
  });
});
