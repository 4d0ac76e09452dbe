import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../controller/core/access/decision.ts';
import {
  type GuessBudget,
  type GuessNote,
  guessRules,
  isIdle,
  isLockedOut,
  isMiss,
  isQuiet,
  type Keypad,
  nextNoteMs,
  noGuesses,
  settle,
  shifted,
  withMiss,
} from '../../controller/core/guess-budget.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const rules = guessRules(undefined);
const lobby: Keypad = { accessPoint: 'lobby', entry: 'code' };
const garage: Keypad = { accessPoint: 'garage', entry: 'code' };
const directory: Keypad = { accessPoint: 'lobby', entry: 'directoryCode' };

/** Misses at these instants, at one keypad. */
function missesAt(atMs: readonly number[], keypad = lobby, start = noGuesses) {
  const notes: GuessNote[] = [];
  let budget = start;
  for (const at of atMs) {
    const step = withMiss(budget, rules, keypad, at);
    budget = step.budget;
    notes.push(...step.notes);
  }
  return { budget, notes };
}

const times = (count: number, everyMs: number, fromMs = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => fromMs + index * everyMs);
const isOut = (budget: GuessBudget, nowMs: number, keypad = lobby): boolean =>
  isLockedOut(budget, rules, keypad, nowMs);

describe('the rules', () => {
  it('are the documented ones where the building says nothing', () => {
    expect(rules).toEqual({
      missesPerMinute: 5,
      lockMs: 30 * second,
      maxLockMs: 15 * minute,
      forgiveAfterMs: hour,
      freeMissesPerDay: 30,
      oneTryPerMs: 15 * minute,
    });
  });

  it('are the building’s own where it has some', () => {
    const lockout = {
      ...{ missesPerMinute: 3, lockMs: 1, maxLockMs: 2, forgiveAfterMs: 3 },
      ...{ freeMissesPerDay: 12, thenOneTryPerMs: 5 },
    };
    expect(guessRules({ lockout })).toEqual({
      ...{ missesPerMinute: 3, lockMs: 1, maxLockMs: 2, forgiveAfterMs: 3 },
      ...{ freeMissesPerDay: 12, oneTryPerMs: 5 },
    });
  });

  it.each([
    [1, 30, 15],
    [2, 15, 30],
    [4, 7, 60],
    [31, 0, 465],
  ])('are shared out among %i consoles: %i free misses each, then one try in %i minutes', (n, free, pace) => {
    const { freeMissesPerDay, oneTryPerMs } = guessRules({ consoles: n });
    expect([freeMissesPerDay, oneTryPerMs]).toEqual([free, pace * minute]);
  });
});

describe('a decision is a miss', () => {
  const decision = (outcome: string, check: number): Decision =>
    ({ outcome, explanation: { check } }) as unknown as Decision;

  it.each([1, 3, 12])('not when check %i denies', (check) => {
    expect(isMiss(decision('deny', check))).toBe(false);
  });
  it.each([2, 4, 5, 6, 7, 8, 9, 10, 11])('when check %i denies', (check) => {
    expect(isMiss(decision('deny', check))).toBe(true);
  });
  it('never when it is a grant', () => {
    expect(isMiss(decision('grant', 12))).toBe(false);
  });
});

describe('a keypad', () => {
  it('is locked for 30 seconds by the fifth miss in a minute, and for no longer', () => {
    const four = missesAt(times(4, second));
    expect([isOut(four.budget, 4 * second), four.notes]).toEqual([false, []]);
    const { budget, notes } = missesAt([4 * second], lobby, four.budget);
    expect(notes).toEqual([{ kind: 'lockedOut', ...lobby, lockMs: 30 * second }]);
    expect([4, 33.999, 34].map((s) => isOut(budget, s * second))).toEqual([true, true, false]);
  });

  it('is not locked by misses that are more than a minute apart from the fifth', () => {
    expect(missesAt(times(20, 15 * second)).notes).toEqual([]);
    expect(missesAt(times(5, 14 * second)).notes).toMatchObject([{ kind: 'lockedOut' }]);
  });

  it('is locked twice as long each time, up to 15 minutes', () => {
    const locks: number[] = [];
    let budget = noGuesses;
    let now = 0;
    // Each round with a fresh building budget: only the keypad's own rules are looked at.
    for (let round = 0; round < 8; round += 1) {
      const step = missesAt(times(5, second, now), lobby, { ...budget, freeMissesMs: [] });
      const lock = step.notes.find((note) => note.kind === 'lockedOut');
      if (lock?.kind === 'lockedOut') locks.push(lock.lockMs / second);
      budget = step.budget;
      now += 4 * second + (locks.at(-1) ?? 0) * second;
    }
    expect(locks).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it('is as before after an hour without a miss, and not a moment earlier', () => {
    const first = missesAt(times(5, 0));
    const lockAfter = (pauseMs: number) =>
      missesAt(
        [...times(1, 0, pauseMs), ...times(4, second, pauseMs + second)],
        lobby,
        first.budget,
      ).notes.at(-1);
    expect(lockAfter(hour)).toMatchObject({ lockMs: 30 * second });
    expect(lockAfter(hour - 1)).toMatchObject({ lockMs: 60 * second });
  });

  it('locks by itself: other keypads go on', () => {
    const { budget } = missesAt(times(5, second));
    expect([isOut(budget, 5 * second), isOut(budget, 5 * second, garage)]).toEqual([true, false]);
  });

  it('counts directory codes by themselves: they lock no codes and cost the building nothing', () => {
    const { budget, notes } = missesAt(times(5, second), directory);
    expect(notes).toEqual([{ kind: 'lockedOut', ...directory, lockMs: 30 * second }]);
    expect([isOut(budget, 5 * second, directory), isOut(budget, 5 * second)]).toEqual([true, false]);
    expect(budget).toMatchObject({ freeMissesMs: [], lastMissMs: null });
  });

  it('is quiet when the last miss is more than a minute ago', () => {
    const { budget } = missesAt([0]);
    expect([0, minute, minute + 1].map((now) => isQuiet(budget, lobby, now))).toEqual([false, false, true]);
    expect(isQuiet(budget, garage, 0)).toBe(true);
  });
});

describe('the building', () => {
  const spentAt = 29 * minute;
  const spent = () => missesAt(times(30, minute)).budget;

  it('has 30 free misses, then one try in 15 minutes, at any keypad', () => {
    const { budget, notes } = missesAt(times(30, minute));
    expect(notes).toEqual([{ kind: 'spent', oneTryPerMs: 15 * minute }]);
    expect([0, 15 * minute - 1, 15 * minute].map((ms) => isOut(budget, spentAt + ms, garage))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('leaves directory codes alone when codes are used up', () => {
    expect(isOut(spent(), spentAt, directory)).toBe(false);
  });

  it('lets people with right codes in one after the other, until the next miss', () => {
    const now = spentAt + 15 * minute;
    expect(isOut(spent(), now)).toBe(false);
    expect(isOut(missesAt([now], lobby, spent()).budget, now)).toBe(true);
  });

  it('gives a free miss back 24 hours after it was made, and says so once', () => {
    const early = settle(spent(), rules, day - 1);
    expect(early.notes).toEqual([]);
    const { budget, notes } = settle(early.budget, rules, day);
    expect(notes).toEqual([{ kind: 'restored' }]);
    expect(settle(budget, rules, day).notes).toEqual([]);
    expect(missesAt(times(1, 0, day), lobby, budget).notes).toMatchObject([{ kind: 'spent' }]);
  });

  it('with more consoles than free misses has a try each pace, and says so', () => {
    const poor = guessRules({ consoles: 31 });
    const { budget, notes } = withMiss(noGuesses, poor, lobby, 0);
    expect(notes).toMatchObject([{ kind: 'spent' }]);
    expect(isLockedOut(budget, poor, lobby, poor.oneTryPerMs - 1)).toBe(true);
    expect(isLockedOut(budget, poor, lobby, poor.oneTryPerMs)).toBe(false);
  });
});

describe('time alone', () => {
  it('ends a lock, told once, at the instant that was announced', () => {
    const { budget } = missesAt(times(5, second));
    expect(nextNoteMs(budget)).toBe(34 * second);
    expect(settle(budget, rules, 34 * second - 1).notes).toEqual([]);
    const over = settle(budget, rules, 34 * second);
    expect(over.notes).toEqual([{ kind: 'lockoutEnded', ...lobby }]);
    expect([settle(over.budget, rules, hour).notes, nextNoteMs(over.budget)]).toEqual([[], undefined]);
  });

  it('ends a lock before the next miss is counted', () => {
    const { notes } = missesAt([...times(5, second), hour]);
    expect(notes.map(({ kind }) => kind)).toEqual(['lockedOut', 'lockoutEnded']);
  });

  it('forgets everything a day after the last miss', () => {
    const { budget } = missesAt(times(5, second));
    expect(isIdle(settle(budget, rules, day).budget)).toBe(false);
    expect(settle(budget, rules, day + 5 * second).budget).toEqual(noGuesses);
  });

  it('has not passed while nobody measured it: a restart takes nothing off a lock', () => {
    const { budget } = missesAt(times(5, second));
    const stored = shifted(budget, -4 * second);
    const restarted = shifted(JSON.parse(JSON.stringify(stored)) as GuessBudget, 17);
    expect([17, 17 + 30 * second - 1, 17 + 30 * second].map((now) => isOut(restarted, now))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

/** What somebody with all the time in the world does: tries, waits, cuts the power. */
const attack = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('try' as const), keypad: fc.nat(2) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.oneof(
          fc.integer({ min: 1, max: 2 * minute }),
          fc.constantFrom(30 * second, minute, 15 * minute, hour, day),
          fc.integer({ min: 1, max: 6 * hour }),
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), offMs: fc.nat(2 * day) }) },
  ),
  { minLength: 200, maxLength: 1_500 },
);

/** Instants of the tries that were looked at, in the world's time. A restart knows nothing but what the last miss stored. */
function triesOf(
  steps: readonly (
    | { kind: 'try'; keypad: number }
    | { kind: 'wait'; ms: number }
    | { kind: 'restart'; offMs: number }
  )[],
  consoles = 1,
): readonly number[] {
  const own = guessRules({ consoles });
  const tries: number[] = [];
  let world = 0;
  let mono = 0;
  let budget = noGuesses;
  let stored = noGuesses;
  for (const step of steps) {
    switch (step.kind) {
      case 'try': {
        const keypad: Keypad = { accessPoint: `k${step.keypad}`, entry: 'code' };
        // A script tries again and again until it is refused.
        while (!isLockedOut(budget, own, keypad, mono)) {
          tries.push(world);
          budget = withMiss(budget, own, keypad, mono).budget;
          stored = shifted(budget, -mono);
        }
        break;
      }
      case 'wait':
        world += step.ms;
        mono += step.ms;
        break;
      case 'restart':
        world += step.offMs;
        mono = 5;
        budget = shifted(stored, mono);
        break;
      default:
        step satisfies never;
    }
  }
  return tries;
}

const mostInADay = (tries: readonly number[]): number => {
  let most = 0;
  let from = 0;
  for (const [index, at] of tries.entries()) {
    while (at - (tries[from] ?? 0) >= day) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
};

describe('an attacker', () => {
  it('never has more than 126 tries in any 24 hours, whatever is tried, waited for and restarted', () => {
    fc.assert(
      fc.property(attack, (steps) => {
        expect(mostInADay(triesOf(steps))).toBeLessThanOrEqual(126);
      }),
      { numRuns: 200 },
    );
  });

  it('never has more in all consoles together', () => {
    fc.assert(
      fc.property(attack, fc.integer({ min: 2, max: 40 }), (steps, consoles) => {
        expect(mostInADay(triesOf(steps, consoles)) * consoles).toBeLessThanOrEqual(126 + consoles);
      }),
      { numRuns: 100 },
    );
  });

  it('wins nothing by restarts: with the power left on at the same moments there are at least as many tries', () => {
    fc.assert(
      fc.property(attack, (steps) => {
        const on = steps.map((step) =>
          step.kind === 'restart' ? { kind: 'wait' as const, ms: step.offMs } : step,
        );
        expect(triesOf(steps).length).toBeLessThanOrEqual(triesOf(on).length);
      }),
      { numRuns: 200 },
    );
  });

  it('reaches that bound by patience, so that it is the bound', () => {
    const patient = Array.from({ length: 3 * 1_440 }, (_, index) => [
      { kind: 'try' as const, keypad: index % 3 },
      { kind: 'wait' as const, ms: minute },
    ]).flat();
    expect(mostInADay(triesOf(patient))).toBeGreaterThan(115);
  });
});
