import { describe, expect, test } from 'vitest';
import {
  aCredential,
  aDoor,
  aGrant,
  aGroup,
  aGuest,
  anOther,
  aResident,
  aSchedule,
  hashOf,
} from '../support/rows.ts';
import { ann, decided, inner, lobby, outcome, requests, trusted } from '../support/scene.ts';

const { pin, guestCode, card, cardAndPin, call, concierge, byAnn, byGus, bySam } = requests;
const residents = { kind: 'group', id: 'residents' };
const noons = aSchedule('noons', [{ days: [1], from: '12:00', to: '13:00' }]);
const nights = aSchedule('nights', [{ days: [1], from: '22:00', to: '23:00' }]);

describe('grants', () => {
  test('a group’s grant is as good as a holder’s own', () => {
    const world = { grants: [aGrant('g', residents)], groups: [aGroup('residents', [ann])] };
    expect(outcome(pin, { world })).toBe('grant');
    expect(outcome(pin, { world: { ...world, groups: [] } })).toBe('10 noGrant');
    const revoked = [{ table: 'group', id: 'residents', version: 1 }] as const;
    expect(outcome(pin, { world, device: { revoked } })).toBe('10 noGrant');
  });

  test('one open grant suffices, whatever the others say', () => {
    const shut = [
      aGrant('a', ann, { schedule: 'nights' }),
      aGrant('b', ann, { schedule: 'gone' }),
      aGrant('c', ann, { validUntil: '2026-01-01T00:00:00.000Z' }),
    ];
    const world = { schedules: [noons, nights] };
    expect(outcome(pin, { world: { ...world, grants: shut } })).toBe('11 danglingReference');
    const grants = [...shut, aGrant('d', ann, { schedule: 'noons' })];
    expect(outcome(pin, { world: { ...world, grants } })).toBe('grant');
  });

  test('a grant holds for its own door and subject only', () => {
    const grants = [aGrant('a', ann, { door: 'garage' }), aGrant('b', { kind: 'staff', id: 'ann' })];
    expect(outcome(pin, { world: { grants } })).toBe('10 noGrant');
  });

  test('its source never changes the outcome', () => {
    const sources = ['common', 'suite', 'salto', 'parking', 'storage', 'amenity'];
    expect(sources.map((source) => outcome(pin, { grant: { source } }))).toEqual(sources.map(() => 'grant'));
  });

  test('a contractor enters by the same rules', () => {
    const bob = { kind: 'other', id: 'bob' };
    const world = {
      others: [anOther('bob')],
      credentials: [aCredential('c', bob)],
      grants: [aGrant('g', bob)],
    };
    expect(outcome(pin, { world })).toBe('grant');
    const ended = { ...world, others: [anOther('bob', { validUntil: '2026-06-15T16:00:00.000Z' })] };
    expect(outcome(pin, { world: ended })).toBe('8 movedOut');
  });
});

describe('guests', () => {
  test('a guest of the building needs no grant, only the door in the invitation', () => {
    expect(outcome(guestCode, { gus: { host: null, doors: ['lobby'] }, world: { grants: [] } })).toBe(
      'grant',
    );
  });

  test('a listed door need not be a guest entrance, but the host needs a grant there', () => {
    const listed = { gus: { doors: ['lobby'] }, lobby: { guestEntrance: false } };
    expect(outcome(guestCode, listed)).toBe('grant');
    expect(outcome(guestCode, { ...listed, world: { grants: [] } })).toBe('10 noGrant');
  });

  test('the host’s credentials play no part', () => {
    expect(outcome(guestCode, { pin: { status: 'revoked' }, card: { status: 'lost' } })).toBe('grant');
  });

  test('an entry is to be counted, and belongs to the guest', () => {
    expect(decided(guestCode)).toMatchObject({
      outcome: 'grant',
      countUse: 'gus',
      subject: { kind: 'guest', id: 'gus' },
    });
    expect(decided(pin)).not.toHaveProperty('countUse');
  });

  test('the time from the first use on begins only with it', () => {
    expect(outcome(guestCode, { gus: { validForMs: 1 } })).toBe('grant');
  });
});

describe('card and code', () => {
  const both = { lobby: { authentication: 'cardAndCode' } };

  test('belong to one person: another’s code is as good as none, and names nobody', () => {
    const world = {
      residents: [aResident('ann'), aResident('eve')],
      credentials: [
        aCredential('card', ann, { kind: 'card', code: 'card of ann' }),
        aCredential('eves', { kind: 'resident', id: 'eve' }, { code: '12345678', duress: true }),
      ],
    };
    const decision = decided(cardAndPin, { ...both, world });
    expect(decision).toMatchObject({
      outcome: 'deny',
      reason: 'unknownCredential',
      onvifReason: 'InvalidPIN',
      duress: false,
    });
    expect(decision).not.toHaveProperty('subject');
    expect(decision.explanation.rows.map(({ id }) => id)).toEqual(['card', 'eves']);
  });

  test('a guest’s code does not complete a card', () => {
    const request = { ...cardAndPin, codeHash: hashOf('87654321') };
    expect(outcome(request, both)).toBe('2 unknownCredential');
  });

  test('each has to pass on its own', () => {
    const outcomes = [
      { card: { status: 'lost' } },
      { pin: { status: 'revoked' } },
      { card: { status: 'suspended' } },
      { pin: { status: 'suspended' } },
      { card: { validFrom: '2026-07-01T00:00:00.000Z' } },
      { pin: { schedule: 'nights' } },
      { pin: { code: '11111111' } },
      { card: { code: 'another card' } },
    ].map((different) => outcome(cardAndPin, { ...both, ...different }));
    expect(outcomes).toEqual([
      '2 revoked',
      '2 revoked',
      '4 suspended',
      '4 suspended',
      '7 notActiveYet',
      '7 notPermittedAtThisTime',
      '2 unknownCredential',
      '2 unknownCredential',
    ]);
  });

  test('a duress code with one’s own card is duress', () => {
    expect(decided(cardAndPin, { ...both, pin: { duress: true } })).toMatchObject({
      outcome: 'grant',
      duress: true,
      credential: 'card',
    });
  });
});

describe('calls and commands', () => {
  test('a call asks nothing of codes: lockout, method and credentials play no part', () => {
    const different = {
      device: { lockedOut: true },
      lobby: { authentication: 'card' },
      pin: { status: 'revoked' },
      building: { guestCodesForDays: 1 },
    };
    expect(outcome(call, different)).toBe('grant');
    expect(outcome(call, { world: { grants: [] } })).toBe('10 noGrant');
    expect(outcome(call, { lobby: { twoPerson: true } })).toBe('12 secondPersonNeeded');
  });

  test('a resident’s command needs the resident’s grant, a guest’s command the invitation', () => {
    expect(outcome(byAnn, { world: { grants: [] } })).toBe('10 noGrant');
    expect(outcome(byAnn, { ann: { status: 'suspended' } })).toBe('8 suspended');
    expect(outcome(byGus, { building: { guestCodesForDays: 1 } })).toBe('5 staleData');
    expect(decided(byGus)).toMatchObject({ outcome: 'grant', countUse: 'gus' });
  });

  test('staff need no grant and no hours, but the door’s own rules hold', () => {
    expect(outcome(bySam, { world: { grants: [] }, lobby: { guestEntrance: false } })).toBe('grant');
    expect(outcome(bySam, { world: { staff: [] } })).toBe('8 danglingReference');
    expect(outcome(bySam, { device: { revoked: [{ table: 'staff', id: 'sam', version: 1 }] } })).toBe(
      '8 suspended',
    );
    expect(outcome(bySam, { device: { door: { interlockedBy: inner } } })).toBe('12 interlocked');
  });

  test('a concierge opens a guest entrance for nobody in particular', () => {
    const decision = decided(concierge, { world: { grants: [], residents: [] } });
    expect(decision.outcome).toBe('grant');
    expect(decision).not.toHaveProperty('subject');
    expect(outcome(concierge, { lobby: { twoPerson: true } })).toBe('12 secondPersonNeeded');
  });
});

describe('accessible timing', () => {
  const extended = { ann: { extendedAccess: true } };

  test.each([
    ['a resident who has it', pin, extended, true],
    ['a resident who has not', pin, {}, false],
    ['a call to a resident who has it', call, extended, true],
    ['a command that asks for it', { ...bySam, extended: true }, {}, true],
    ['a guest of a resident who has it', guestCode, extended, false],
  ] as const)('%s', (_case, request, different, expected) => {
    expect(decided(request, different)).toMatchObject({ outcome: 'grant', extended: expected });
  });
});

describe('bounds are half-open', () => {
  const start = '2026-06-15T16:00:00.000Z';
  const before = trusted('2026-06-15T15:59:59.999Z');

  test.each([
    ['a PIN', pin, { pin: { validFrom: start } }, { pin: { validUntil: start } }],
    ['a card', card, { card: { validFrom: start } }, { card: { validUntil: start } }],
    ['a guest', guestCode, { gus: { startsAt: start } }, { gus: { endsAt: start } }],
    ['a grant', pin, { grant: { validFrom: start } }, { grant: { validUntil: start } }],
    ['staff', bySam, { sam: { validFrom: start } }, { sam: { validUntil: start } }],
  ] as const)('%s', (_case, request, from, until) => {
    expect(outcome(request, from)).toBe('grant');
    expect(outcome(request, { ...from, device: { clock: before } })).not.toBe('grant');
    expect(outcome(request, until)).not.toBe('grant');
    expect(outcome(request, { ...until, device: { clock: before } })).toBe('grant');
  });
});

test('the door that is asked for is the door that is judged', () => {
  const world = { doors: [aDoor('lobby'), aDoor('garage', { guestEntrance: false })] };
  expect(outcome({ ...pin, door: aDoor('garage').id }, { world })).toBe('10 noGrant');
  expect(outcome({ ...pin, door: lobby }, { world })).toBe('grant');
});

test('two live rows of one code raise an alarm and name both, and nobody', () => {
  const decision = decided(guestCode, { world: { guests: [aGuest('g1'), aGuest('g2', { version: 4 })] } });
  expect(decision).toMatchObject({ outcome: 'deny', reason: 'ambiguousCredential', alarm: true });
  expect(decision).not.toHaveProperty('subject');
  expect(decision.explanation.rows).toEqual([
    { table: 'guest', id: 'g1', version: 1 },
    { table: 'guest', id: 'g2', version: 4 },
  ]);
});
