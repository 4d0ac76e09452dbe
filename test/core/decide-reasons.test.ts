import { expect, test } from 'vitest';
import { type AccessRequest, denyReasons } from '../../controller/core/access/decision.ts';
import { ownLog, revocationOf } from '../support/facts.ts';
import { aCalendar, aCredential, aGuest, aSchedule } from '../support/rows.ts';
import { ann, type Differences, inner, outcome, requests, unknownSince } from '../support/scene.ts';

const { pin, guestCode, wrongCode, card, cardAndPin, call, byAnn, byGus, bySam, concierge } = requests;
const yesterday = '2026-06-14T16:00:00.000Z';
const tomorrow = '2026-06-16T16:00:00.000Z';
const noon = Date.parse('2026-06-15T16:00:00.000Z');
const day = 86_400_000;
const otherLog = '0d6c2a2e-8a0a-4a8e-8f0d-0f3f5d6c1b02';
const thirdLog = '2a9b1f34-5b7e-4d35-9c59-53c50b8a6c03';
const bob = { kind: 'other', id: 'bob' };

const cases: readonly [string, AccessRequest, Differences, string][] = [
  ['a code at a keypad that is locked out', pin, { device: { lockedOut: true } }, '1 lockedOut'],
  [
    'card and code at a keypad that is locked out',
    cardAndPin,
    { device: { lockedOut: true } },
    '1 lockedOut',
  ],
  ['a card at a keypad that is locked out', card, { device: { lockedOut: true } }, 'grant'],

  ['a code that nobody has', wrongCode, {}, '2 unknownCredential'],
  [
    'a code in a building without rows',
    pin,
    { world: { credentials: [], guests: [] } },
    '2 unknownCredential',
  ],
  ['a revoked PIN', pin, { pin: { status: 'revoked' } }, '2 revoked'],
  ['a lost card', card, { card: { status: 'lost' } }, '2 revoked'],
  [
    'a PIN on the denylist',
    pin,
    { device: { revoked: [{ table: 'credential', id: 'pin', version: 1 }] } },
    '2 revoked',
  ],
  [
    'a PIN whose row is newer than its revocation',
    pin,
    { pin: { version: 2 }, device: { revoked: [{ table: 'credential', id: 'pin', version: 1 }] } },
    'grant',
  ],
  ['a revoked guest', guestCode, { gus: { revoked: true } }, '2 revoked'],
  [
    'a guest on the denylist',
    guestCode,
    { device: { revoked: [{ table: 'guest', id: 'gus', version: 1 }] } },
    '2 revoked',
  ],
  ['a PIN past its end', pin, { pin: { validUntil: yesterday } }, '2 expired'],
  ['a guest past the end', guestCode, { gus: { endsAt: yesterday } }, '2 expired'],
  [
    'a guest whose time since the first use here has run out',
    guestCode,
    {
      gus: { validForMs: day },
      device: { uses: { gus: { used: 1, firstUsedAt: noon - day, known: true } } },
    },
    '2 expired',
  ],
  [
    'a guest whose time since the first use elsewhere has run out',
    guestCode,
    {
      gus: { validForMs: day, firstUsedAt: yesterday },
      device: { uses: { gus: { used: 1, firstUsedAt: noon, known: true } } },
    },
    '2 expired',
  ],
  [
    'a code of an ended guest that was revoked for somebody later',
    guestCode,
    {
      world: {
        guests: [
          aGuest('g1', { endsAt: '2026-02-01T00:00:00.000Z' }),
          aGuest('g2', { endsAt: '2026-03-01T00:00:00.000Z', revoked: true }),
        ],
      },
    },
    '2 revoked',
  ],
  [
    'a code revoked for one guest that ended later for another',
    guestCode,
    {
      world: {
        guests: [
          aGuest('g1', { endsAt: '2026-03-01T00:00:00.000Z' }),
          aGuest('g2', { endsAt: '2026-02-01T00:00:00.000Z', revoked: true }),
        ],
      },
    },
    '2 expired',
  ],
  [
    'a code that was somebody else’s before',
    guestCode,
    { world: { guests: [aGuest('g1', { endsAt: yesterday }), aGuest('g2')] } },
    'grant',
  ],
  [
    'one code of two guests',
    guestCode,
    { world: { guests: [aGuest('g1'), aGuest('g2')] } },
    '2 ambiguousCredential',
  ],
  ['one code of a resident and a guest', pin, { gus: { code: '12345678' } }, '2 ambiguousCredential'],
  ['any code while there is no building row', pin, { world: { building: undefined } }, '2 danglingReference'],

  ['a PIN at a door in LockedDown', pin, { device: { door: { mode: 'LockedDown' } } }, '3 lockedDown'],
  [
    'a command of staff at a door in LockedDown',
    bySam,
    { device: { door: { mode: 'LockedDown' } } },
    '3 lockedDown',
  ],
  [
    'a concierge at a door in LockedDown',
    concierge,
    { device: { door: { mode: 'LockedDown' } } },
    '3 lockedDown',
  ],
  ['a card at a blocked door', card, { device: { door: { mode: 'Blocked' } } }, '3 blocked'],

  ['a suspended PIN', pin, { pin: { status: 'suspended' } }, '4 suspended'],
  ['a code at a door for cards', pin, { lobby: { authentication: 'card' } }, '4 wrongMethod'],
  ['a card at a door for codes', card, { lobby: { authentication: 'code' } }, '4 wrongMethod'],
  [
    'a code alone at a door for card and code',
    pin,
    { lobby: { authentication: 'cardAndCode' } },
    '4 wrongMethod',
  ],
  ['card and code at a door for either', cardAndPin, {}, '4 wrongMethod'],
  ['card and code at a door for both', cardAndPin, { lobby: { authentication: 'cardAndCode' } }, 'grant'],

  [
    'a guest at a device that never heard from the cloud',
    guestCode,
    { building: { guestCodesForDays: 7 } },
    '5 staleData',
  ],
  [
    'a guest a millisecond after the last welcome grew too old',
    guestCode,
    { building: { guestCodesForDays: 7 }, device: { lastWelcomeAt: noon - 7 * day - 1 } },
    '5 staleData',
  ],
  [
    'a guest while the last welcome is just young enough',
    guestCode,
    { building: { guestCodesForDays: 7 }, device: { lastWelcomeAt: noon - 7 * day } },
    'grant',
  ],
  [
    'a resident at a device that never heard from the cloud',
    pin,
    { building: { guestCodesForDays: 7 } },
    'grant',
  ],

  [
    'a PIN with an end while the clock is unknown',
    pin,
    { pin: { validUntil: tomorrow }, device: { clock: unknownSince(yesterday) } },
    '6 clockUnknown',
  ],

  ['a PIN before its start', pin, { pin: { validFrom: tomorrow } }, '7 notActiveYet'],
  ['a guest before the start', guestCode, { gus: { startsAt: tomorrow } }, '7 notActiveYet'],
  ['a command by a guest past the end', byGus, { gus: { endsAt: yesterday } }, '7 expired'],
  ['a PIN outside its schedule', pin, { pin: { schedule: 'nights' } }, '7 notPermittedAtThisTime'],
  [
    'a guest outside the windows',
    guestCode,
    { gus: { windows: [{ days: [1], from: '13:00', to: '17:00' }] } },
    '7 notPermittedAtThisTime',
  ],
  [
    'a guest inside the windows',
    guestCode,
    { gus: { windows: [{ days: [1], from: '12:00', to: '17:00' }] } },
    'grant',
  ],
  [
    'a guest who has used it up here',
    guestCode,
    { gus: { maxUses: 2 }, device: { uses: { gus: { used: 2, known: true } } } },
    '7 usesExhausted',
  ],
  [
    'a guest who has used it up here and elsewhere',
    guestCode,
    {
      gus: { maxUses: 2, usedElsewhere: { [otherLog]: 1 } },
      device: { uses: { gus: { used: 1, known: true } } },
    },
    '7 usesExhausted',
  ],
  [
    'a guest with one use left',
    guestCode,
    {
      gus: { maxUses: 3, usedElsewhere: { [otherLog]: 1 } },
      device: { uses: { gus: { used: 1, known: true } } },
    },
    'grant',
  ],
  [
    'a guest whose own uses have come back from the head-end: they count once',
    guestCode,
    {
      gus: { maxUses: 3, usedElsewhere: { [ownLog]: 2 } },
      device: { uses: { gus: { used: 2, known: true } } },
    },
    'grant',
  ],
  [
    'a guest whose uses at two other consoles and here add up',
    guestCode,
    {
      gus: { maxUses: 4, usedElsewhere: { [ownLog]: 1, [otherLog]: 1, [thirdLog]: 2 } },
      device: { uses: { gus: { used: 1, known: true } } },
    },
    '7 usesExhausted',
  ],
  [
    'a guest with limited uses after they were lost',
    guestCode,
    { gus: { maxUses: 9 }, device: { uses: { gus: { used: 0, known: false } } } },
    '7 usesExhausted',
  ],
  [
    'a guest limited from the first use on after it was lost',
    guestCode,
    { gus: { validForMs: day }, device: { uses: { gus: { used: 0, known: false } } } },
    '7 usesExhausted',
  ],
  [
    'an unlimited guest after uses were lost',
    guestCode,
    { device: { uses: { gus: { used: 0, known: false } } } },
    'grant',
  ],
  [
    'a PIN that names a schedule that is not there',
    pin,
    { pin: { schedule: 'gone' } },
    '7 danglingReference',
  ],

  ['a suspended resident', pin, { ann: { status: 'suspended' } }, '8 suspended'],
  [
    'a resident on the denylist',
    pin,
    { device: { revoked: [{ table: 'resident', id: 'ann', version: 1 }] } },
    '8 suspended',
  ],
  ['a resident before the move-in', pin, { ann: { moveInDate: '2026-06-16' } }, '8 notMovedInYet'],
  ['a resident after the move-out', pin, { ann: { moveOutDate: '2026-06-14' } }, '8 movedOut'],
  ['a resident on the day of the move-out', pin, { ann: { moveOutDate: '2026-06-15' } }, 'grant'],
  ['a call to a resident who has moved out', call, { ann: { moveOutDate: '2026-06-14' } }, '8 movedOut'],
  ['a command of suspended staff', bySam, { sam: { status: 'suspended' } }, '8 suspended'],
  ['a command of staff before their time', bySam, { sam: { validFrom: tomorrow } }, '8 notMovedInYet'],
  ['a command of staff after their time', bySam, { sam: { validUntil: yesterday } }, '8 movedOut'],
  [
    'a PIN of a holder who is not there',
    pin,
    { world: { credentials: [aCredential('x', bob)] } },
    '8 danglingReference',
  ],
  ['a call to a resident who is not there', call, { world: { residents: [] } }, '8 danglingReference'],

  ['a guest of a suspended host', guestCode, { ann: { status: 'suspended' } }, '9 hostSuspended'],
  [
    'a guest of a host on the denylist',
    guestCode,
    { device: { revoked: [{ table: 'resident', id: 'ann', version: 3 }] } },
    '9 hostSuspended',
  ],
  [
    'a guest of a host before the move-in',
    guestCode,
    { ann: { moveInDate: '2026-06-16' } },
    '9 hostNotMovedInYet',
  ],
  [
    'a guest of a host who has moved out',
    guestCode,
    { ann: { moveOutDate: '2026-06-14' } },
    '9 hostMovedOut',
  ],
  ['a guest of a host who is not there', guestCode, { world: { residents: [] } }, '9 danglingReference'],
  ['a command by a guest who is not there', byGus, { world: { guests: [] } }, '2 danglingReference'],
  ['a command by a revoked guest', byGus, { gus: { revoked: true } }, '2 revoked'],

  ['a resident without a grant', pin, { world: { grants: [] } }, '10 noGrant'],
  ['a resident at a door that is not there', pin, { world: { doors: [] } }, '10 noGrant'],
  ['staff at a door that is not there', bySam, { world: { doors: [] } }, '10 noGrant'],
  ['a grant before its start', pin, { grant: { validFrom: tomorrow } }, '10 noGrant'],
  ['a grant after its end', pin, { grant: { validUntil: yesterday } }, '10 noGrant'],
  [
    'a grant on the denylist',
    pin,
    { device: { revoked: [{ table: 'grant', id: 'ann-lobby', version: 1 }] } },
    '10 noGrant',
  ],
  ['a guest at a door beside the invitation', guestCode, { gus: { doors: ['garage'] } }, '10 noGrant'],
  [
    'a guest without doors where it is no guest entrance',
    guestCode,
    { lobby: { guestEntrance: false } },
    '10 noGrant',
  ],
  ['a guest of the building without doors', guestCode, { gus: { host: null, doors: [] } }, '10 noGrant'],
  ['a guest of a host without a grant', guestCode, { world: { grants: [] } }, '10 noGrant'],
  [
    'a concierge at a door that is no guest entrance',
    concierge,
    { lobby: { guestEntrance: false } },
    '10 noGrant',
  ],

  ['a grant outside its schedule', pin, { grant: { schedule: 'nights' } }, '11 notPermittedAtThisTime'],
  [
    'a guest outside the schedule of the host’s grant',
    guestCode,
    { grant: { schedule: 'nights' } },
    '11 notPermittedAtThisTime',
  ],
  [
    'a call outside the schedule of the resident’s grant',
    call,
    { grant: { schedule: 'nights' } },
    '11 notPermittedAtThisTime',
  ],
  ['a grant with a schedule that is not there', pin, { grant: { schedule: 'gone' } }, '11 danglingReference'],
  [
    'a grant with a schedule whose calendar is not there',
    pin,
    {
      grant: { schedule: 'odd' },
      world: { schedules: [aSchedule('odd', [], { specialDays: [{ calendar: 'gone', windows: [] }] })] },
    },
    '11 danglingReference',
  ],
  [
    'a grant with a schedule whose calendar is on the denylist',
    pin,
    {
      grant: { schedule: 'odd' },
      world: {
        schedules: [
          aSchedule('odd', [{ days: [1], from: '00:00', to: '24:00' }], {
            specialDays: [{ calendar: 'holidays', windows: [] }],
          }),
        ],
        calendars: [aCalendar('holidays', ['2026-12-25'])],
      },
      device: { revoked: [{ table: 'calendar', id: 'holidays', version: 1 }] },
    },
    '11 danglingReference',
  ],
  [
    'a grant with a schedule on the denylist',
    pin,
    {
      grant: { schedule: 'always' },
      world: {
        schedules: [aSchedule('always', [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }])],
      },
      device: { revoked: [{ table: 'schedule', id: 'always', version: 1 }] },
    },
    '11 danglingReference',
  ],

  [
    'somebody known to be elsewhere, at a hard anti-passback door',
    pin,
    {
      lobby: { antipassback: { from: 'street', to: 'inside', kind: 'hard' } },
      device: { areas: [{ subject: ann, known: { area: 'inside', since: noon - 1_000 } }] },
    },
    '12 antipassback',
  ],
  [
    'a door while another of its interlock group is open',
    pin,
    { lobby: { interlockGroup: 'trap' }, device: { door: { interlockedBy: inner } } },
    '12 interlocked',
  ],
  ['the first of two at a door for two', pin, { lobby: { twoPerson: true } }, '12 secondPersonNeeded'],
  ['staff by command at a door for two', bySam, { lobby: { twoPerson: true } }, '12 secondPersonNeeded'],
];

test.each(cases)('%s', (_case, request, different, expected) => {
  expect(outcome(request, different)).toBe(expected);
});

test('every reason has a case', () => {
  const shown = new Set(cases.map(([, , , expected]) => expected.split(' ')[1]));
  expect(denyReasons.filter((reason) => !shown.has(reason))).toEqual([]);
});

test('nothing different: everybody of the scene gets in', () => {
  const everybody = [pin, guestCode, card, call, byAnn, byGus, bySam, concierge];
  expect(everybody.map((request) => outcome(request))).toEqual(everybody.map(() => 'grant'));
});

test('a revocation of any table closes what rests on its rows', () => {
  const closed = (['building', 'door'] as const).map((table) =>
    outcome(pin, {
      device: {
        revoked: [revocationOf(table, { id: table === 'door' ? 'lobby' : 'maple-court', version: 1 })],
      },
    }),
  );
  expect(closed).toEqual(['2 danglingReference', '10 noGrant']);
});
