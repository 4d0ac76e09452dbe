import { describe, expect, test } from 'vitest';
import { aGrant, aGuest } from '../support/rows.ts';
import { ann, type Differences, outcome, requests, unknownSince } from '../support/scene.ts';

const { pin, guestCode, call, bySam, concierge, byGus } = requests;
const floor = '2026-06-15T16:00:00.000Z';
const past = '2026-06-14T16:00:00.000Z';
const future = '2026-06-16T16:00:00.000Z';

const unset = (different: Differences = {}): Differences => ({
  ...different,
  device: { ...different.device, clock: unknownSince(floor) },
});

describe('while the clock is unknown', () => {
  test.each([
    ['a PIN without a bound works', pin, {}, 'grant'],
    ['a start that the floor has passed holds', pin, { pin: { validFrom: past } }, 'grant'],
    ['a start exactly at the floor holds', pin, { pin: { validFrom: floor } }, 'grant'],
    ['a start after the floor is uncertain', pin, { pin: { validFrom: future } }, '6 clockUnknown'],
    ['an end after the floor is uncertain', pin, { pin: { validUntil: future } }, '6 clockUnknown'],
    ['an end that the floor has passed is over', pin, { pin: { validUntil: past } }, '2 expired'],
    ['a schedule is uncertain, even a missing one', pin, { pin: { schedule: 'gone' } }, '6 clockUnknown'],

    ['a guest without end, windows or stale policy works', guestCode, {}, 'grant'],
    ['a guest with an end is uncertain', guestCode, { gus: { endsAt: future } }, '6 clockUnknown'],
    ['a guest whose end is over is expired', guestCode, { gus: { endsAt: past } }, '2 expired'],
    ['… also by command', byGus, { gus: { endsAt: past } }, '7 expired'],
    ['a guest with windows is uncertain', guestCode, { gus: { windows: [] } }, '6 clockUnknown'],
    ['a first use within a limited time is possible', guestCode, { gus: { validForMs: 60_000 } }, 'grant'],
    [
      'a second use within a limited time is uncertain',
      guestCode,
      { gus: { validForMs: 60_000, firstUsedAt: floor } },
      '6 clockUnknown',
    ],
    [
      'a guest under a stale policy is uncertain, however fresh the floor',
      guestCode,
      { building: { guestCodesForDays: 7 }, device: { lastWelcomeAt: Date.parse(floor) } },
      '6 clockUnknown',
    ],
    [
      'a guest whose data was stale at the floor is stale',
      guestCode,
      { building: { guestCodesForDays: 7 }, device: { lastWelcomeAt: Date.parse('2026-06-01T00:00:00Z') } },
      '5 staleData',
    ],

    ['a move-in that the floor has passed holds', pin, { ann: { moveInDate: '2026-06-15' } }, 'grant'],
    ['a move-in after the floor is uncertain', pin, { ann: { moveInDate: '2026-06-16' } }, '6 clockUnknown'],
    [
      'a move-out that the floor has not passed locks nobody out',
      pin,
      { ann: { moveOutDate: '2026-06-15' } },
      'grant',
    ],
    [
      'a move-out that the floor has passed is over',
      pin,
      { ann: { moveOutDate: '2026-06-14' } },
      '8 movedOut',
    ],
    [
      'a host’s move-in after the floor is uncertain',
      guestCode,
      { ann: { moveInDate: '2026-06-16' } },
      '6 clockUnknown',
    ],
    [
      'a host’s move-out that the floor has passed is over',
      guestCode,
      { ann: { moveOutDate: '2026-06-14' } },
      '9 hostMovedOut',
    ],
    [
      'a revocation still denies whoever has not moved out',
      pin,
      {
        ann: { moveOutDate: '2026-06-15' },
        device: { revoked: [{ table: 'resident', id: 'ann', version: 1 }] },
      },
      '8 suspended',
    ],

    ['a grant with an end is uncertain', pin, { grant: { validUntil: future } }, '6 clockUnknown'],
    ['a grant with a schedule is uncertain', pin, { grant: { schedule: 'nights' } }, '6 clockUnknown'],
    ['a grant that the floor has passed is none', pin, { grant: { validUntil: past } }, '10 noGrant'],
    [
      'one certain grant is enough',
      pin,
      { world: { grants: [aGrant('a', ann, { schedule: 'nights' }), aGrant('b', ann)] } },
      'grant',
    ],
    ['a guest’s host’s grant counts alike', guestCode, { grant: { schedule: 'nights' } }, '6 clockUnknown'],
    [
      'a guest of the building needs no grant, and no clock for one',
      guestCode,
      { world: { guests: [aGuest('gus')], grants: [] } },
      'grant',
    ],

    ['a call works for a resident without bounds', call, {}, 'grant'],
    ['a call is uncertain where the grant is', call, { grant: { validUntil: future } }, '6 clockUnknown'],
    ['staff with an end are uncertain', bySam, { sam: { validUntil: future } }, '6 clockUnknown'],
    ['staff without bounds work', bySam, {}, 'grant'],
    ['a concierge works', concierge, {}, 'grant'],
  ] as const)('%s', (_case, request, different, expected) => {
    expect(outcome(request, unset(different))).toBe(expected);
  });
});

test('a held clock decides like a trusted one', () => {
  const held = { state: 'held', now: Date.parse(floor) } as const;
  expect(outcome(pin, { pin: { validUntil: future }, device: { clock: held } })).toBe('grant');
  expect(outcome(pin, { pin: { validFrom: future }, device: { clock: held } })).toBe('7 notActiveYet');
});
