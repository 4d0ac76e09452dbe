import { describe, expect, test } from 'vitest';
import { ann, decided, gus, lobby, outcome, requests } from '../support/scene.ts';

const { pin, guestCode, byAnn, call, concierge } = requests;
const noon = Date.parse('2026-06-15T16:00:00.000Z');
const door = (fields = {}) => ({ antipassback: { from: 'street', to: 'inside', kind: 'hard', ...fields } });
const annIs = (area: string, since = noon - 60_000) => ({
  areas: [{ subject: ann, known: { area, since } }],
});

describe('anti-passback', () => {
  test('who is known to be where the door leads from passes, and who is unknown', () => {
    expect(outcome(pin, { lobby: door(), device: annIs('street') })).toBe('grant');
    expect(outcome(pin, { lobby: door() })).toBe('grant');
  });

  test('hard: who is known to be elsewhere is refused, also by command', () => {
    expect(outcome(pin, { lobby: door(), device: annIs('inside') })).toBe('12 antipassback');
    expect(outcome(byAnn, { lobby: door(), device: annIs('garage') })).toBe('12 antipassback');
  });

  test('soft: the door opens, and it is to be reported', () => {
    const soft = { lobby: door({ kind: 'soft' }) };
    expect(decided(pin, { ...soft, device: annIs('inside') })).toMatchObject({
      outcome: 'grant',
      softAntipassback: true,
    });
    expect(decided(pin, { ...soft, device: annIs('street') })).toMatchObject({ softAntipassback: false });
  });

  test('a resident who opens from the telephone is inside already, and lets the guest in', () => {
    for (const kind of ['hard', 'soft']) {
      expect(decided(call, { lobby: door({ kind }), device: annIs('inside') })).toMatchObject({
        outcome: 'grant',
        softAntipassback: false,
      });
    }
  });

  test('so is a resident who opens from an app while it rings there', () => {
    const inCall = { ...byAnn, call: 'call-1' };
    for (const kind of ['hard', 'soft']) {
      expect(decided(inCall, { lobby: door({ kind }), device: annIs('inside') })).toMatchObject({
        outcome: 'grant',
        softAntipassback: false,
      });
    }
  });

  test('it is forgiven after forgiveMs, not before', () => {
    const forgiving = { lobby: door({ forgiveMs: 60_000 }) };
    expect(outcome(pin, { ...forgiving, device: annIs('inside', noon - 60_000) })).toBe('grant');
    expect(outcome(pin, { ...forgiving, device: annIs('inside', noon - 59_999) })).toBe('12 antipassback');
  });

  test('it does not concern whom the door exempts', () => {
    const exempt = (kinds: readonly string[]) => ({
      lobby: door({ exempt: kinds }),
      device: annIs('inside'),
    });
    expect(outcome(pin, exempt(['staff', 'resident']))).toBe('grant');
    expect(outcome(pin, exempt(['staff', 'guest']))).toBe('12 antipassback');
  });

  test('a guest counts as its own, not as the host', () => {
    expect(outcome(guestCode, { lobby: door(), device: annIs('inside') })).toBe('grant');
    const guestIs = { areas: [{ subject: gus, known: { area: 'inside', since: noon } }] };
    expect(outcome(guestCode, { lobby: door(), device: guestIs })).toBe('12 antipassback');
  });
});

describe('two persons', () => {
  const two = { lobby: { twoPerson: true } };

  test('the second one opens, and is somebody else than the first', () => {
    expect(outcome(pin, { ...two, device: { door: { firstPersonWaiting: true, firstPerson: gus } } })).toBe(
      'grant',
    );
    expect(outcome(pin, { ...two, device: { door: { firstPersonWaiting: true, firstPerson: ann } } })).toBe(
      '12 secondPersonNeeded',
    );
  });

  test('a concierge, who has no name, is the second of somebody named and not of a concierge', () => {
    const guests = { lobby: { ...two.lobby, guestEntrance: true } };
    const waiting = (first = {}) => ({ ...guests, device: { door: { firstPersonWaiting: true, ...first } } });
    expect(outcome(concierge, waiting({ firstPerson: ann }))).toBe('grant');
    expect(outcome(pin, waiting())).toBe('grant');
    expect(outcome(concierge, waiting())).toBe('12 secondPersonNeeded');
  });
});

test('anti-passback comes before interlock, and interlock before the second person', () => {
  const everything = { lobby: { ...door(), twoPerson: true } };
  const interlock = { door: { interlockedBy: lobby } };
  expect(outcome(pin, { ...everything, device: { ...annIs('inside'), ...interlock } })).toBe(
    '12 antipassback',
  );
  expect(outcome(pin, { ...everything, device: interlock })).toBe('12 interlocked');
});
