import { describe, expect, test } from 'vitest';
import { type Decision, denyReasons } from '../../controller/core/access/decision.ts';
import { tell } from '../../controller/core/access/sentences.ts';
import { decided, requests } from '../support/scene.ts';

const { pin, guestCode, wrongCode } = requests;
const now = Date.parse('2026-06-15T16:00:00.000Z');
const here = { mayHint: true, timezone: 'America/Toronto', now };
const told = (decision: Decision, telling: Partial<Parameters<typeof tell>[1]> = {}) =>
  tell(decision, { ...here, ...telling });

const nothing = {
  en: 'The door did not open. Please contact your host or the manager.',
  fr: 'La porte ne s’est pas ouverte. Veuillez communiquer avec votre hôte ou avec la direction de l’immeuble.',
};

test('a grant is a welcome, with the door’s name where the caller gives one', () => {
  expect(told(decided(pin))).toEqual({
    en: 'Welcome. The door is open.',
    fr: 'Bienvenue. La porte est ouverte.',
  });
  expect(told(decided(pin), { doorName: { en: 'Garage', fr: 'Garage' } })).toEqual({
    en: 'Welcome. The door is open: Garage.',
    fr: 'Bienvenue. La porte est ouverte\u00a0: Garage.',
  });
});

describe('a code that will work', () => {
  test.each([
    [
      '2026-06-15T21:00:00.000Z',
      'Your code starts today at 17:00.',
      'Votre code fonctionnera aujourd’hui à partir de 17\u00a0h\u00a000.',
    ],
    [
      '2026-06-16T10:05:00.000Z',
      'Your code starts tomorrow at 06:05.',
      'Votre code fonctionnera demain à partir de 6\u00a0h\u00a005.',
    ],
    [
      '2026-07-01T13:00:00.000Z',
      'Your code starts on Wednesday, July 1 at 09:00.',
      'Votre code fonctionnera le mercredi 1er\u00a0juillet à partir de 9\u00a0h\u00a000.',
    ],
    [
      '2027-02-28T05:00:00.000Z',
      'Your code starts on Sunday, February 28, 2027, at 00:00.',
      'Votre code fonctionnera le dimanche 28\u00a0février\u00a02027 à partir de 0\u00a0h\u00a000.',
    ],
  ])('from %s', (startsAt, en, fr) => {
    expect(told(decided(guestCode, { gus: { startsAt } }))).toEqual({ en, fr });
  });

  test('“today” is the building’s day, not Greenwich’s', () => {
    const decision = decided(guestCode, { gus: { startsAt: '2026-06-16T02:00:00.000Z' } });
    expect(told(decision).en).toBe('Your code starts today at 22:00.');
    expect(told(decision, { timezone: 'Pacific/Apia' }).en).toBe('Your code starts today at 15:00.');
    expect(told(decision, { timezone: 'UTC' }).en).toBe('Your code starts tomorrow at 02:00.');
  });

  test('a resident is told of access, because it may be a card', () => {
    expect(told(decided(pin, { ann: { moveInDate: '2026-06-16' } }))).toEqual({
      en: 'Your access starts tomorrow at 06:00.',
      fr: 'Votre accès sera ouvert demain à partir de 6\u00a0h\u00a000.',
    });
    expect(told(decided(pin, { grant: { schedule: 'nights' } })).en).toBe(
      'Your access starts today at 22:00.',
    );
  });

  test('is not told at a keypad where somebody has just been guessing', () => {
    const early = decided(guestCode, { gus: { startsAt: '2026-06-15T21:00:00.000Z' } });
    expect(told(early, { mayHint: false })).toEqual(nothing);
  });

  test('is not told where no time is known', () => {
    expect(told(decided(guestCode, { gus: { windows: [] } }))).toEqual(nothing);
  });
});

test('every other cause has one and the same sentence, known code or not', () => {
  const denial = decided(wrongCode);
  const mayTell = ['notActiveYet', 'notMovedInYet', 'notPermittedAtThisTime'];
  for (const reason of denyReasons.filter((each) => !mayTell.includes(each))) {
    const decision = { ...denial, outcome: 'deny', reason, opensAt: now + 60_000 } as Decision;
    expect([reason, told(decision)]).toEqual([reason, nothing]);
  }
});
