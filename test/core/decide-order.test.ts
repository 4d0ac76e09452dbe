import { expect, test } from 'vitest';
import { type Differences, inner, outcome, requests, unknownSince } from '../support/scene.ts';

const otherLog = '0d6c2a2e-8a0a-4a8e-8f0d-0f3f5d6c1b02';
const tomorrow = '2026-06-16T16:00:00.000Z';
const today = '2026-06-15T16:00:00.000Z';

/** One fault for each check that a guest's code meets, in the table's order. */
const guestFaults: readonly [string, Differences][] = [
  ['1 lockedOut', { device: { lockedOut: true } }],
  ['2 revoked', { gus: { revoked: true } }],
  ['3 lockedDown', { device: { door: { mode: 'LockedDown' } } }],
  ['4 wrongMethod', { lobby: { authentication: 'card' } }],
  ['5 staleData', { building: { guestCodesForDays: 7 } }],
  ['6 clockUnknown', { gus: { endsAt: tomorrow }, device: { clock: unknownSince(today) } }],
  ['7 usesExhausted', { gus: { maxUses: 1, usedElsewhere: { [otherLog]: 1 } } }],
  ['9 hostSuspended', { ann: { status: 'suspended' } }],
  ['10 noGrant', { gus: { doors: ['garage'] } }],
  ['11 danglingReference', { grant: { schedule: 'gone' } }],
  ['12 secondPersonNeeded', { lobby: { twoPerson: true } }],
];

const holderFaults: readonly [string, Differences][] = [
  ['1 lockedOut', { device: { lockedOut: true } }],
  ['2 revoked', { device: { revoked: [{ table: 'credential', id: 'pin', version: 1 }] } }],
  ['3 blocked', { device: { door: { mode: 'Blocked' } } }],
  ['4 suspended', { pin: { status: 'suspended' } }],
  ['6 clockUnknown', { pin: { validUntil: tomorrow }, device: { clock: unknownSince(today) } }],
  ['7 danglingReference', { pin: { schedule: 'gone' } }],
  ['8 movedOut', { ann: { moveOutDate: '2026-06-01' } }],
  ['10 noGrant', { grant: { validUntil: '2026-06-01T00:00:00.000Z' } }],
  ['12 interlocked', { device: { door: { interlockedBy: inner } } }],
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(one: Record<string, unknown>, other: Record<string, unknown>): Record<string, unknown> {
  const all = { ...one, ...other };
  for (const key of Object.keys(all)) {
    const [a, b] = [one[key], other[key]];
    if (isObject(a) && isObject(b)) all[key] = merged(a, b);
  }
  return all;
}

const together = (faults: readonly [string, Differences][]): Differences =>
  faults.reduce<Record<string, unknown>>((sum, [, fault]) => merged(sum, { ...fault }), {});

test.each([
  ['a guest’s code', requests.guestCode, guestFaults],
  ['a resident’s PIN', requests.pin, holderFaults],
] as const)(
  '%s: with everything wrong, repairing one check after the other walks down the table',
  (_name, request, faults) => {
    const reasons = faults.map((_fault, index) => outcome(request, together(faults.slice(index))));
    expect(reasons).toEqual(faults.map(([reason]) => reason));
    expect(outcome(request)).toBe('grant');
  },
);

test.each([
  ['a guest’s code', requests.guestCode, guestFaults],
  ['a resident’s PIN', requests.pin, holderFaults],
] as const)('%s: of any two faults the one with the lower number is the reason', (_name, request, faults) => {
  for (const [index, first] of faults.entries()) {
    for (const second of faults.slice(index + 1)) {
      expect([first[0], second[0], outcome(request, together([first, second]))]).toEqual([
        first[0],
        second[0],
        first[0],
      ]);
    }
  }
});
