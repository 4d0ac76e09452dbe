import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, keepUnchanged } from '../../controller/console/ui/directory-order.ts';
import { doorState } from '../../controller/console/ui/door-state.ts';
import { entryInputOfKey } from '../../controller/console/ui/entry-keys.ts';
import {
  type Answer,
  type EntryInput,
  type EntryState,
  emptyEntry,
  maxDigits,
  type Question,
  stepEntry,
} from '../../controller/console/ui/entry-machine.ts';
import { InMemoryLobby, residents } from '../support/console-lobby.ts';

const answer: Answer = { outcome: 'grant', sentence: { en: 'Welcome.', fr: 'Bienvenue.' } };
const answered: EntryState = { kind: 'answered', answer };
const typed = (digits: string): EntryState => ({ kind: 'typing', digits });
const sending: EntryState = { kind: 'sending' };
const zoe = { resident: 'r-1' };
const broken: Answer = { outcome: 'trouble', sentence: { en: 'Broken.', fr: 'En panne.' } };
const { sentence } = broken;

describe('an entry at the keypad', () => {
  it.each<[string, EntryState, EntryInput, EntryState, Question?]>([
    ['a digit is added', typed('12'), { kind: 'digit', digit: '3' }, typed('123')],
    ['the last digit is erased', typed('12'), { kind: 'erase' }, typed('1')],
    ['all is cleared', typed('12'), { kind: 'clear' }, emptyEntry],
    ['digits left alone are forgotten', typed('12'), { kind: 'timeout' }, emptyEntry],
    [
      'Enter sends the digits once and forgets them',
      typed('12'),
      { kind: 'submit' },
      sending,
      { kind: 'entry', digits: '12' },
    ],
    ['Enter without digits does nothing', emptyEntry, { kind: 'submit' }, emptyEntry],
    ['keys wait for the answer', sending, { kind: 'digit', digit: '1' }, sending],
    ['a second Enter sends nothing', sending, { kind: 'submit' }, sending],
    ['the answer is shown', sending, { kind: 'answer', answer }, answered],
    [
      'a call is asked for once',
      emptyEntry,
      { kind: 'call', callee: zoe },
      sending,
      { kind: 'call', callee: zoe },
    ],
    [
      'digits half typed give way to a call',
      typed('1'),
      { kind: 'call', callee: zoe },
      sending,
      { kind: 'call', callee: zoe },
    ],
    [
      'an answer that is read gives way to a call',
      answered,
      { kind: 'call', callee: zoe },
      sending,
      { kind: 'call', callee: zoe },
    ],
    ['a second touch calls nobody', sending, { kind: 'call', callee: zoe }, sending],
    [
      'a call that begins leaves the keypad free',
      sending,
      { kind: 'answer', answer: { outcome: 'calling' } },
      emptyEntry,
    ],
    ['trouble is shown', emptyEntry, { kind: 'trouble', sentence }, { kind: 'answered', answer: broken }],
    ['trouble interrupts nobody who types', typed('1'), { kind: 'trouble', sentence }, typed('1')],
    ['trouble does not take the place of an answer', sending, { kind: 'trouble', sentence }, sending],
    ['Enter does not wipe an answer', answered, { kind: 'submit' }, answered],
    ['a digit begins the next entry', answered, { kind: 'digit', digit: '7' }, typed('7')],
    ['Clear closes the answer', answered, { kind: 'clear' }, emptyEntry],
    ['an answer ends', answered, { kind: 'timeout' }, emptyEntry],
    ['an answer that nobody waits for changes nothing', typed('1'), { kind: 'answer', answer }, typed('1')],
  ])('%s', (_name, state, input, next, ask) => {
    expect(stepEntry(state, input)).toEqual(ask === undefined ? { state: next } : { state: next, ask });
  });

  it('whatever is pressed, sends only digits, at most twelve, and never while it waits', () => {
    const key = fc.constantFrom(...'0123456789#*'.split(''), 'Backspace');
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        let state: EntryState = emptyEntry;
        for (const each of keys) {
          const before: EntryState = state;
          const step = stepEntry(before, entryInputOfKey(each) ?? { kind: 'timeout' });
          if (step.ask?.kind === 'entry') {
            expect(before.kind).toBe('typing');
            expect(step.ask.digits).toMatch(new RegExp(`^[0-9]{1,${maxDigits}}$`));
          }
          state = step.state;
        }
      }),
    );
  });
});

describe('the directory', () => {
  it('is sorted as people read names: accents beside their letter', () => {
    expect(inOrder(residents, 'fr').map(({ name, letter }) => [letter, name])).toEqual([
      ['A', 'Aisha O’Neill'],
      ['E', 'Edward Chan'],
      [undefined, 'Émile Gagné'],
      ['Z', 'Zoé Tremblay'],
    ]);
  });

  it('sorts one name with several suites by the suite’s number', () => {
    const twice = ['1101', '301'].map((suite) => ({ id: suite, name: 'Ann Lee', suite }));
    expect(inOrder(twice, 'en').map(({ suite }) => suite)).toEqual(['301', '1101']);
  });

  it('stays the same array until a line changes', () => {
    const copy = structuredClone(residents);
    expect(keepUnchanged(residents, copy)).toBe(residents);
    const renamed = copy.map((line, index) => (index === 1 ? { ...line, name: 'Milo' } : line));
    expect(keepUnchanged(residents, renamed)).toBe(renamed);
    expect(keepUnchanged(residents, copy.slice(1))).toEqual(copy.slice(1));
  });
});

describe('the word for the door', () => {
  const { door } = new InMemoryLobby().state();
  it.each([
    [{}, 'locked'],
    [{ open: true }, 'open'],
    [{ mode: 'Accessed' }, 'unlocked'],
    [{ mode: 'Accessed', open: true }, 'open'],
    [{ mode: 'Unlocked' }, 'unlocked'],
    [{ mode: 'LockedOpen' }, 'unlocked'],
    [{ mode: 'LockedDown' }, 'closed'],
    [{ mode: 'LockedDown', open: true }, 'closed'],
    [{ mode: 'Blocked' }, 'closed'],
    [{ mode: 'Accessed', fault: true }, 'fault'],
  ] as const)('%j is %s', (change, word) => {
    expect(doorState({ ...door, ...change })).toBe(word);
  });
});
