import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffRows, isUrgent, type RowToPublish, type StoredRow } from '../../sync/headend/dataset/diff.ts';
import { summarize } from '../../sync/headend/dataset/summary.ts';
import { publishable } from '../support/published-rows.ts';

const stored = (table: string, id: string, version: number, row: object | null): StoredRow => ({
  table,
  id,
  version,
  row: row === null ? null : JSON.stringify({ ...row, id, version }),
});
const wanted = (table: string, id: string, row: Record<string, unknown>): RowToPublish => ({
  table,
  id,
  row,
});

describe('the difference between what is published and what shall be', () => {
  it.each([
    ['a new row begins with version 1', [], [wanted('t', 'a', { x: 1 })], [['added', 1]]],
    ['an unchanged row is left alone', [stored('t', 'a', 3, { x: 1 })], [wanted('t', 'a', { x: 1 })], []],
    [
      'the order of fields is no change',
      [stored('t', 'a', 3, { x: { p: 1, q: 2 }, y: 2 })],
      [wanted('t', 'a', { y: 2, x: { q: 2, p: 1 } })],
      [],
    ],
    [
      'an undefined field is an absent one',
      [stored('t', 'a', 3, { x: 1 })],
      [wanted('t', 'a', { x: 1, y: undefined })],
      [],
    ],
    [
      'null is not absent',
      [stored('t', 'a', 3, { x: 1 })],
      [wanted('t', 'a', { x: 1, y: null })],
      [['changed', 4]],
    ],
    [
      'a changed row gets the next version',
      [stored('t', 'a', 3, { x: 1 })],
      [wanted('t', 'a', { x: 2 })],
      [['changed', 4]],
    ],
    [
      'a row that is gone is deleted above its version',
      [stored('t', 'a', 3, { x: 1 })],
      [],
      [['deleted', 4]],
    ],
    ['a deleted row is not deleted again', [stored('t', 'a', 4, null)], [], []],
    [
      'a row that comes back goes on above its deletion',
      [stored('t', 'a', 4, null)],
      [wanted('t', 'a', { x: 1 })],
      [['added', 5]],
    ],
    [
      'one id in two tables is two rows',
      [stored('t', 'a', 1, { x: 1 })],
      [wanted('u', 'a', { x: 1 })],
      [
        ['added', 1],
        ['deleted', 2],
      ],
    ],
  ] as const)('%s', (_, before, after, expected) => {
    const changes = diffRows(before, after).map(({ kind, op }) => [
      kind,
      'put' in op ? op.put.version : op.delete.version,
    ]);
    expect(changes).toEqual(expected);
  });

  it('writes id and version into the text of the row', () => {
    const [change] = diffRows([stored('t', 'a', 6, { x: 1 })], [wanted('t', 'a', { x: 2 })]);
    expect(change?.op).toEqual({
      put: { table: 't', id: 'a', version: 7, row: '{"x":2,"id":"a","version":7}' },
    });
  });

  it('applied, gives exactly what was wanted, and versions that only grow', () => {
    const rows = fc.uniqueArray(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), x: fc.integer({ min: 0, max: 2 }) }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 6 }), (history) => {
        const state = new Map<string, StoredRow>();
        for (const step of history) {
          const target = step.map(({ id, x }) => wanted('t', id, { x }));
          for (const { op } of diffRows(state.values(), target)) {
            const next: StoredRow = 'put' in op ? op.put : { ...op.delete, row: null };
            expect(next.version).toBeGreaterThan(state.get(next.id)?.version ?? 0);
            state.set(next.id, next);
          }
          const live = [...state.values()].filter(({ row }) => row !== null);
          expect(new Map(live.map(({ id, row }) => [id, JSON.parse(row ?? '').x]))).toEqual(
            new Map(step.map(({ id, x }) => [id, x])),
          );
        }
      }),
    );
  });
});

describe('urgency', () => {
  const change = (before: object | null, after: Record<string, unknown> | undefined) =>
    diffRows(
      before === null ? [] : [stored('guest', 'v', 1, before)],
      after === undefined ? [] : [wanted('guest', 'v', after)],
    ).some(isUrgent);
  it.each([
    ['a deletion', true, { x: 1 }, undefined],
    ['a revocation', true, { revoked: false }, { revoked: true }],
    ['an earlier end', true, {}, { endsAt: '2026-01-01T00:00:00.000Z' }],
    ['a new nickname', false, { name: 'A' }, { name: 'B' }],
    ['a new row', false, null, { revoked: false }],
  ] as const)('of %s: %s', (_, urgent, before, after) => {
    expect(change(before, after)).toBe(urgent);
  });
});

describe('the summary of a difference', () => {
  it('names rows and fields and counts kinds', () => {
    const before = publishable.resident('r-1', { displayName: 'Zoé Tremblay' });
    const summary = summarize(
      diffRows(
        [
          stored('resident', 'r-1', 1, before.row),
          stored('guest', 'v-1', 1, publishable.guest('v-1', { name: 'Plumber' }).row),
        ],
        [
          publishable.resident('r-1', {
            displayName: 'Zoé Tremblay',
            overrideDisplayName: 'Zo',
            phone: '+14165550199',
          }),
          publishable.resident('r-2', { displayName: undefined, suite: '202' }),
          publishable.credential('c-1', 'r-1', '11112222'),
        ],
      ),
    );
    expect(summary.headline).toBe(
      '1 resident changed, 1 resident added, 1 credential added, 1 guest removed',
    );
    expect(summary.lines).toEqual([
      '~ resident r-1 (Zo, suite 101): overrideDisplayName, phone',
      '+ resident r-2 (suite 202)',
      '+ credential c-1 (pin of resident r-1)',
      '- guest v-1 (Plumber)',
    ]);
  });

  it('says nothing of the values of codes, hashes and phone numbers', () => {
    const resident = publishable.resident('r-1', { phone: '+14165550199', directoryCode: '7719' });
    const credential = publishable.credential('c-1', 'r-1', '11112222');
    const text = JSON.stringify(summarize(diffRows([], [resident, credential])));
    for (const secret of ['+14165550199', '7719', String(credential.row['hash'])]) {
      expect(text).not.toContain(secret);
    }
  });
});
