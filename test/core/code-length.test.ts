import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeLengthFor, liveCodeUntil } from '../../controller/core/code-length.ts';
import { aCredential, aGuest } from '../support/rows.ts';

const ann = { kind: 'resident', id: 'ann' };
const end = '2027-01-01T00:00:00.000Z';

it.each([
  [0, 6],
  [1, 6],
  [7, 6],
  [8, 7],
  [76, 7],
  [77, 8],
  [300, 8],
  [769, 8],
  [770, 9],
  [100_000, 11],
])('%i live codes need %i digits', (codes, digits) => {
  expect(codeLengthFor(codes)).toBe(digits);
});

it('keeps 126 blind tries a day under one hit in a thousand days, and wastes no digit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7_000_000 }), (codes) => {
      const digits = codeLengthFor(codes);
      expect((126 * codes) / 10 ** digits).toBeLessThan(0.001);
      expect(10 ** (digits - 1)).toBeLessThan(130_000 * codes);
    }),
  );
});

it.each([
  ['a code without an end', aCredential('pin', ann), Number.MAX_SAFE_INTEGER],
  ['a code with an end', aCredential('pin', ann, { validUntil: end }), Date.parse(end)],
  ['a card', aCredential('card', ann, { kind: 'card' }), undefined],
  ['a revoked code', aCredential('pin', ann, { status: 'revoked' }), undefined],
  ['a lost code', aCredential('pin', ann, { status: 'lost' }), undefined],
  ['a suspended code', aCredential('pin', ann, { status: 'suspended' }), undefined],
  ['a guest without an end', aGuest('gus'), Number.MAX_SAFE_INTEGER],
  ['a guest with an end', aGuest('gus', { endsAt: end }), Date.parse(end)],
  ['a guest without a host', aGuest('gus', { host: null }), Number.MAX_SAFE_INTEGER],
  ['a revoked guest', aGuest('gus', { revoked: true }), undefined],
])('%s is live until %s', (_name, row, until) => {
  expect(liveCodeUntil(row)).toBe(until);
});
