import { describe, expect, test } from 'vitest';
import { aCalendar, aGrant, aGroup, aSchedule, hashOf } from '../support/rows.ts';
import { ann, decided, requests, trusted, unknownSince } from '../support/scene.ts';

const { pin, card, guestCode, wrongCode, cardAndPin, call } = requests;
const instant = (time: string): number => Date.parse(time);

describe('the explanation', () => {
  test('names what a grant rests on: rows with versions, cursor, age of the data, clock', () => {
    const everyone = { kind: 'group', id: 'everyone' };
    const decision = decided(pin, {
      pin: { version: 5 },
      ann: { version: 3, moveInDate: '2026-01-01' },
      device: { lastWelcomeAt: instant('2026-06-15T15:00:00Z') },
      world: {
        groups: [aGroup('everyone', [ann])],
        grants: [aGrant('shut', ann, { schedule: 'days' }), aGrant('all', everyone, { schedule: 'noons' })],
        schedules: [
          aSchedule('days', [{ days: [2], from: '08:00', to: '20:00' }]),
          aSchedule('noons', [{ days: [1], from: '11:00', to: '13:00' }], {
            specialDays: [{ calendar: 'holidays', windows: [] }],
          }),
        ],
        calendars: [aCalendar('holidays', ['2026-12-25'])],
      },
    });
    expect(decision.explanation).toEqual({
      check: 12,
      rows: [
        { table: 'credential', id: 'pin', version: 5 },
        { table: 'door', id: 'lobby', version: 1 },
        { table: 'resident', id: 'ann', version: 3 },
        { table: 'building', id: 'maple-court', version: 1 },
        { table: 'grant', id: 'all', version: 1 },
        { table: 'group', id: 'everyone', version: 1 },
        { table: 'schedule', id: 'noons', version: 1 },
        { table: 'calendar', id: 'holidays', version: 1 },
      ],
      dataset: { epoch: 7, seq: 42 },
      cacheAgeMs: 3_600_000,
      clock: 'trusted',
    });
  });

  test('says that there never was a welcome by leaving the age out', () => {
    const { explanation } = decided(pin, { device: { clock: unknownSince('2026-06-15T16:00:00Z') } });
    expect(explanation).not.toHaveProperty('cacheAgeMs');
    expect(explanation.clock).toBe('unknown');
  });

  test('names the row that is missing', () => {
    expect(decided(pin, { grant: { schedule: 'gone' } }).explanation.missing).toEqual({
      table: 'schedule',
      id: 'gone',
    });
    expect(decided(guestCode, { world: { residents: [] } }).explanation.missing).toEqual({
      table: 'resident',
      id: 'ann',
    });
  });

  test('lists the closed grants of somebody who came at the wrong time', () => {
    const { explanation } = decided(pin, { grant: { schedule: 'nights' } });
    expect(explanation.rows.map(({ table }) => table)).toContain('grant');
    expect(explanation.rows.map(({ table }) => table)).toContain('schedule');
  });

  test('says whose an ended or revoked code was', () => {
    expect(decided(pin, { pin: { status: 'revoked' } })).toMatchObject({ subject: ann, credential: 'pin' });
  });

  test('never holds a code or a hash', () => {
    const requestsAndHashes = [pin, card, guestCode, wrongCode, cardAndPin].map((request) =>
      JSON.stringify([decided(request), decided(request, { ann: { status: 'suspended' } })]),
    );
    const secrets = ['12345678', '87654321', '00000000', 'card of ann'].flatMap((code) => [
      code,
      hashOf(code),
    ]);
    for (const text of requestsAndHashes) for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

test('ONVIF’s reason goes beside ours; only something typed is an invalid PIN', () => {
  const unknownCard = { ...card, hash: hashOf('no such card') };
  const reasons = [
    decided(wrongCode),
    decided(unknownCard),
    decided(pin, { pin: { status: 'suspended' } }),
    decided(pin, { pin: { validFrom: '2027-01-01T00:00:00.000Z' } }),
    decided(pin, { pin: { validUntil: '2026-01-01T00:00:00.000Z' } }),
    decided(pin, { grant: { schedule: 'nights' } }),
    decided(pin, { world: { grants: [] } }),
  ].map((decision) => (decision.outcome === 'deny' ? decision.onvifReason : 'granted'));
  expect(reasons).toEqual([
    'InvalidPIN',
    'Other',
    'CredentialNotEnabled',
    'CredentialNotActive',
    'CredentialExpired',
    'NotPermittedAtThisTime',
    'Unauthorized',
  ]);
});

describe('duress', () => {
  const duress = { pin: { duress: true } };

  test('is told for a grant and for a denial alike, and changes neither', () => {
    expect(decided(pin, duress)).toEqual({ ...decided(pin), duress: true });
    const suspended = { ann: { status: 'suspended' } };
    expect(decided(pin, { ...duress, ...suspended })).toEqual({ ...decided(pin, suspended), duress: true });
  });

  test('is not told before check 2 is passed', () => {
    expect(decided(pin, { pin: { duress: true, status: 'revoked' } }).duress).toBe(false);
    expect(decided(pin, { ...duress, device: { lockedOut: true } }).duress).toBe(false);
    expect(decided(pin, { ...duress, gus: { code: '12345678' } }).duress).toBe(false);
  });
});

describe('when it will work', () => {
  const opensAt = (decision: ReturnType<typeof decided>): string | undefined =>
    decision.outcome === 'deny' && decision.opensAt !== undefined
      ? new Date(decision.opensAt).toISOString()
      : undefined;

  test('the start of a code, the move-in morning, the next window', () => {
    expect(opensAt(decided(guestCode, { gus: { startsAt: '2026-06-15T21:00:00.000Z' } }))).toBe(
      '2026-06-15T21:00:00.000Z',
    );
    expect(opensAt(decided(pin, { ann: { moveInDate: '2026-06-20' } }))).toBe('2026-06-20T10:00:00.000Z');
    expect(opensAt(decided(pin, { pin: { schedule: 'nights' } }))).toBe('2026-06-16T02:00:00.000Z');
    expect(opensAt(decided(call, { grant: { schedule: 'nights' } }))).toBe('2026-06-16T02:00:00.000Z');
  });

  test('is the instant at which nothing of that kind is in the way any more', () => {
    const twice = {
      gus: { startsAt: '2026-06-16T12:00:00.000Z', windows: [{ days: [3], from: '09:00', to: '10:00' }] },
    };
    expect(opensAt(decided(guestCode, twice))).toBe('2026-06-17T13:00:00.000Z');
  });

  test('of several closed grants the earliest counts', () => {
    const world = {
      grants: [aGrant('a', ann, { schedule: 'nights' }), aGrant('b', ann, { schedule: 'evenings' })],
      schedules: [
        aSchedule('nights', [{ days: [1], from: '22:00', to: '23:00' }]),
        aSchedule('evenings', [{ days: [1], from: '18:00', to: '19:00' }]),
      ],
    };
    expect(opensAt(decided(pin, { world }))).toBe('2026-06-15T22:00:00.000Z');
  });

  test('a grant that ends before its hours come does not count', () => {
    const ending = { schedule: 'evenings', validUntil: '2026-06-15T20:00:00.000Z' };
    const world = {
      grants: [aGrant('a', ann, { schedule: 'nights' }), aGrant('b', ann, ending)],
      schedules: [
        aSchedule('nights', [{ days: [1], from: '22:00', to: '23:00' }]),
        aSchedule('evenings', [{ days: [1], from: '18:00', to: '19:00' }]),
      ],
    };
    expect(opensAt(decided(pin, { world }))).toBe('2026-06-16T02:00:00.000Z');
  });

  test('is not promised where something else will deny then', () => {
    const later = { pin: { validFrom: '2026-06-16T04:00:00.000Z' } };
    expect(opensAt(decided(pin, { ...later, ann: { status: 'suspended' } }))).toBeUndefined();
    expect(opensAt(decided(pin, { ...later, world: { grants: [] } }))).toBeUndefined();
    expect(opensAt(decided(pin, { ...later, ann: { moveOutDate: '2026-06-15' } }))).toBeUndefined();
    const ending = { schedule: 'nights', validUntil: '2026-06-15T20:00:00.000Z' };
    expect(opensAt(decided(pin, { pin: ending }))).toBeUndefined();
    expect(opensAt(decided(pin, { grant: ending }))).toBeUndefined();
  });

  test('is left to the host for a guest whose host has not moved in', () => {
    expect(opensAt(decided(guestCode, { ann: { moveInDate: '2026-06-20' } }))).toBeUndefined();
  });

  test('is not known where no window ever comes', () => {
    expect(opensAt(decided(guestCode, { gus: { windows: [] } }))).toBeUndefined();
  });
});

test.each([
  ['2026-06-20T09:59:59.999Z', 'notMovedInYet'],
  ['2026-06-20T10:00:00.000Z', 'grant'],
  ['2026-07-01T03:59:59.999Z', 'grant'],
  ['2026-07-01T04:00:00.000Z', 'movedOut'],
])('a resident from 20 to 30 June in Toronto, at %s: %s', (time, expected) => {
  const decision = decided(pin, {
    ann: { moveInDate: '2026-06-20', moveOutDate: '2026-06-30' },
    device: { clock: trusted(time) },
  });
  expect(decision.outcome === 'grant' ? 'grant' : decision.reason).toBe(expected);
});
