import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decisionEvents } from '../../controller/app/door-events.ts';
import { decide } from '../../controller/core/access/decide.ts';
import type { Decision } from '../../controller/core/access/decision.ts';
import { readRow } from '../../controller/core/dataset.ts';
import { eventKinds } from '../../controller/ports/events.ts';
import { readEngineMessage } from '../../drivers/sip/engine-message.ts';
import { factsOf } from '../support/facts.ts';
import {
  aBuilding,
  aCredential,
  aDoor,
  aGrant,
  aGroup,
  aGuest,
  aResident,
  aSchedule,
} from '../support/rows.ts';
import { ann, decided, lobby, requests } from '../support/scene.ts';

/** As long as an id may be. */
const longId = (word: string, i: number): string => `${word}-${i}-`.padEnd(64, 'x');
const many = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const nights = aSchedule('nights', [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }]);

const bytesOf = (decision: Decision): number =>
  Math.max(
    ...decisionEvents(decision, {
      ...{ door: lobby, accessPoint: longId('keypad', 1), command: longId('c', 1), call: longId('call', 1) },
    }).map((event) => Buffer.byteLength(JSON.stringify(event))),
  );

describe('the event of a decision', () => {
  test.each([
    [
      'thousands of closed grants',
      {
        grants: many(5_000, (i) => aGrant(longId('g', i), ann, { schedule: 'nights' })),
        schedules: [nights],
      },
    ],
    [
      'hundreds of groups with closed grants',
      {
        groups: many(300, (i) => aGroup(longId('group', i), [ann])),
        grants: many(300, (i) =>
          aGrant(longId('g', i), { kind: 'group', id: longId('group', i) }, { schedule: 'nights' }),
        ),
        schedules: [nights],
      },
    ],
    [
      'a thousand codes that are alike',
      { credentials: many(1_000, (i) => aCredential(longId('pin', i), ann, { code: '12345678' })) },
    ],
    [
      'a thousand invitations with its code',
      { guests: many(1_000, (i) => aGuest(longId('gus', i), { code: '12345678' })) },
    ],
  ])('is small with %s', (_, world) => {
    const decision = decided(requests.pin, { world });
    expect(decision.outcome).toBe('deny');
    expect(bytesOf(decision)).toBeLessThan(16 * 1_024);
    expect(decision.explanation.rows).toHaveLength(50);
    expect(decision.explanation.rowsLeftOut).toBeGreaterThan(200);
    expect(eventKinds.AccessDenied.fields.explanation.safeParse(decision.explanation).success).toBe(true);
  });

  test('is small whatever the building holds', () => {
    const size = fc.nat(120);
    fc.assert(
      fc.property(
        fc.record({ grants: size, groups: size, codes: size, guests: size, missing: size }),
        (sizes) => {
          const grant = (i: number, subject: { kind: string; id: string }) =>
            aGrant(longId(subject.kind, i), subject, { schedule: i === sizes.missing ? 'gone' : 'nights' });
          const facts = factsOf({
            building: aBuilding(),
            doors: [aDoor('lobby')],
            residents: [aResident('ann')],
            schedules: [nights],
            credentials: many(sizes.codes, (i) =>
              aCredential(longId('pin', i), ann, {
                code: '12345678',
                ...(i > 0 && sizes.codes % 2 === 0 ? { status: 'revoked' } : {}),
              }),
            ),
            guests: many(sizes.guests % 7, (i) =>
              aGuest(longId('gus', i), { code: '12345678', revoked: true }),
            ),
            groups: many(sizes.groups, (i) => aGroup(longId('group', i), [ann])),
            grants: [
              ...many(sizes.grants, (i) => grant(i, ann)),
              ...many(sizes.groups, (i) => grant(i, { kind: 'group', id: longId('group', i) })),
            ],
          });
          const decision = decide(facts, requests.pin);
          const { rows, rowsLeftOut = 0 } = decision.explanation;
          expect(bytesOf(decision)).toBeLessThan(16 * 1_024);
          expect(new Set(rows.map(({ table, id }) => `${table} ${id}`)).size).toBe(rows.length);
          expect(rowsLeftOut === 0 || rows.length === 50).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('names who asked and the grant to be repaired, whatever is left out between', () => {
    const grants = many(200, (i) => aGrant(`g${i}`, ann, { schedule: i === 100 ? 'gone' : 'nights' }));
    const { explanation } = decided(requests.pin, { world: { grants, schedules: [nights] } });
    expect(explanation.missing).toEqual({ table: 'schedule', id: 'gone' });
    expect(explanation.rows.at(0)).toEqual({ table: 'credential', id: 'pin', version: 1 });
    expect(explanation.rows.at(-1)).toEqual({ table: 'grant', id: 'g100', version: 1 });
    // Code, door, resident, schedule and 200 grants.
    expect(explanation.rowsLeftOut).toBe(154);
  });
});

describe('what others may write into an event', () => {
  test('is short: the key of a refused row', () => {
    const row = { ...aGuest('gus'), usedElsewhere: { ['k'.repeat(70_000)]: 1 } };
    expect(readRow('guest', JSON.stringify(row))).toMatchObject({ kind: 'refused' });
    for (const extra of [row, { ...row, ['k'.repeat(70_000)]: 1 }]) {
      const check = readRow('guest', JSON.stringify(extra));
      expect(JSON.stringify(check).length).toBeLessThan(1_000);
    }
  });

  test('is short: what a telephone provider says when it refuses a console', () => {
    const param = `403 ${'no '.repeat(20_000)}`;
    const message = readEngineMessage(JSON.stringify({ event: true, type: 'REGISTER_FAIL', param }));
    expect(message).toEqual({ kind: 'registrationFailed', why: param.slice(0, 200) });
  });
});
