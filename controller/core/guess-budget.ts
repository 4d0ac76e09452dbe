/**
 * The guess budget (DESIGN section 6), pure. All instants are monotonic milliseconds of one clock; `shifted` carries a
 * budget over to another one. What holds:
 *
 * - Of the codes typed at one console, in any 24 hours at most `freeMissesPerDay + 24 h / oneTryPerMs` are looked at and
 *   denied; that is the bound for a guesser, however many keypads there are.
 * - Time that nobody has measured (a restart) has not passed: it lengthens a lock and gives no try back.
 */
import type { Decision } from './access/decision.ts';
import type { Building } from './dataset.ts';

/** One console's share of the building's budget, and the rules of each of its keypads. */
export interface GuessRules {
  readonly missesPerMinute: number;
  readonly lockMs: number;
  readonly maxLockMs: number;
  readonly forgiveAfterMs: number;
  readonly freeMissesPerDay: number;
  readonly oneTryPerMs: number;
}

/** What is typed where. Directory codes are counted by themselves: they open nothing and cost no code a try. */
export interface Keypad {
  readonly accessPoint: string;
  readonly entry: 'code' | 'directoryCode';
}

interface KeypadGuesses extends Keypad {
  /** Of the last minute and since the last lock, oldest first. */
  readonly missesMs: readonly number[];
  readonly lastMissMs: number;
  /** Since all was as before; each lock lasts twice as long as the one before. */
  readonly locks: number;
  /** Kept until the lock's end has been told. */
  readonly lockedUntilMs?: number;
}

export interface GuessBudget {
  readonly keypads: readonly KeypadGuesses[];
  /** Free misses of the last 24 hours, oldest first. */
  readonly freeMissesMs: readonly number[];
  /** The last denied code at any keypad of this console; null: none in 24 hours. */
  readonly lastMissMs: number | null;
  /** Whether it has been told that no free miss is left. */
  readonly spent: boolean;
}

export type GuessNote =
  | ({ readonly kind: 'lockedOut'; readonly lockMs: number } & Keypad)
  | ({ readonly kind: 'lockoutEnded' } & Keypad)
  | { readonly kind: 'spent'; readonly oneTryPerMs: number }
  | { readonly kind: 'restored' };

export interface GuessStep {
  readonly budget: GuessBudget;
  /** What people should hear of, in order. */
  readonly notes: readonly GuessNote[];
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Further doublings change nothing: the longest lock is at most a year. */
const maxDoublings = 40;

const documented: NonNullable<Building['lockout']> = {
  missesPerMinute: 5,
  lockMs: 30_000,
  maxLockMs: 15 * minuteMs,
  forgiveAfterMs: 60 * minuteMs,
  freeMissesPerDay: 30,
  thenOneTryPerMs: 15 * minuteMs,
};

export const noGuesses: GuessBudget = { keypads: [], freeMissesMs: [], lastMissMs: null, spent: false };

/** The documented defaults where the building says nothing, and where there is no building yet. */
export function guessRules(building: Pick<Building, 'lockout' | 'consoles'> | undefined): GuessRules {
  const { freeMissesPerDay, thenOneTryPerMs, ...keypad } = building?.lockout ?? documented;
  const consoles = building?.consoles ?? 1;
  return {
    ...keypad,
    freeMissesPerDay: Math.floor(freeMissesPerDay / consoles),
    oneTryPerMs: thenOneTryPerMs * consoles,
  };
}

/** A closed door or an interlock says nothing about the code, and a locked keypad has not looked at it. */
export const isMiss = ({ outcome, explanation: { check } }: Decision): boolean =>
  outcome === 'deny' && check !== 1 && check !== 3 && check !== 12;

export function isLockedOut(budget: GuessBudget, rules: GuessRules, keypad: Keypad, nowMs: number): boolean {
  const { lockedUntilMs } = find(budget, keypad) ?? {};
  if (lockedUntilMs !== undefined && nowMs < lockedUntilMs) return true;
  if (keypad.entry !== 'code' || budget.lastMissMs === null) return false;
  const free = ofLast(dayMs, budget.freeMissesMs, nowMs).length;
  return free >= rules.freeMissesPerDay && nowMs - budget.lastMissMs < rules.oneTryPerMs;
}

/** Whether nobody has missed at this keypad in the last minute (DESIGN section 4: only then are times told). */
export const isQuiet = (budget: GuessBudget, keypad: Keypad, nowMs: number): boolean => {
  const found = find(budget, keypad);
  return found === undefined || nowMs - found.lastMissMs > minuteMs;
};

/** A code was looked at and denied, or a directory code was typed. */
export function withMiss(budget: GuessBudget, rules: GuessRules, keypad: Keypad, nowMs: number): GuessStep {
  const settled = settle(budget, rules, nowMs);
  const before = find(settled.budget, keypad);
  const after = missedAt(before, rules, keypad, nowMs);
  const notes = [...settled.notes];
  if (after.lockedUntilMs !== undefined && after.lockedUntilMs !== before?.lockedUntilMs) {
    notes.push({ kind: 'lockedOut', ...named(keypad), lockMs: after.lockedUntilMs - nowMs });
  }
  const others = settled.budget.keypads.filter((other) => !same(other, keypad));
  const next = { ...settled.budget, keypads: [...others, after] };
  if (keypad.entry !== 'code') return { budget: next, notes };

  const had = next.freeMissesMs;
  const freeMissesMs = had.length < rules.freeMissesPerDay ? [...had, nowMs] : had;
  const spent = freeMissesMs.length >= rules.freeMissesPerDay;
  if (spent && !next.spent) notes.push({ kind: 'spent', oneTryPerMs: rules.oneTryPerMs });
  return { budget: { ...next, freeMissesMs, lastMissMs: nowMs, spent }, notes };
}

/** What time alone has changed: locks that are over, misses that are forgotten. */
export function settle(budget: GuessBudget, rules: GuessRules, nowMs: number): GuessStep {
  const notes: GuessNote[] = [];
  const keypads: KeypadGuesses[] = [];
  for (const keypad of budget.keypads) {
    const { lockedUntilMs, ...open } = keypad;
    const locked = lockedUntilMs !== undefined && nowMs < lockedUntilMs;
    if (lockedUntilMs !== undefined && !locked) notes.push({ kind: 'lockoutEnded', ...named(keypad) });
    const keptMs = Math.max(rules.forgiveAfterMs, minuteMs + 1);
    if (locked) keypads.push(keypad);
    else if (nowMs - keypad.lastMissMs < keptMs) keypads.push(open);
  }
  const freeMissesMs = ofLast(dayMs, budget.freeMissesMs, nowMs);
  const { lastMissMs } = budget;
  const forgotten = lastMissMs === null || nowMs - lastMissMs >= Math.max(dayMs, rules.oneTryPerMs);
  const spent = budget.spent && !forgotten && freeMissesMs.length >= rules.freeMissesPerDay;
  if (budget.spent && !spent) notes.push({ kind: 'restored' });
  return { budget: { keypads, freeMissesMs, lastMissMs: forgotten ? null : lastMissMs, spent }, notes };
}

/** When `settle` next has something to tell; undefined: not before the next miss. */
export function nextNoteMs(budget: GuessBudget): number | undefined {
  const ends = budget.keypads.flatMap(({ lockedUntilMs }) =>
    lockedUntilMs === undefined ? [] : [lockedUntilMs],
  );
  const [oldest = budget.lastMissMs] = budget.freeMissesMs;
  if (budget.spent && oldest !== null) ends.push(oldest + dayMs);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

export const isIdle = ({ keypads, lastMissMs }: GuessBudget): boolean =>
  keypads.length === 0 && lastMissMs === null;

/** The same budget on a clock that shows `byMs` more. It rests on a clock that stood at 0 when it was stored. */
export const shifted = (budget: GuessBudget, byMs: number): GuessBudget => ({
  keypads: budget.keypads.map(({ lockedUntilMs, ...keypad }) => ({
    ...keypad,
    missesMs: keypad.missesMs.map((at) => at + byMs),
    lastMissMs: keypad.lastMissMs + byMs,
    ...(lockedUntilMs === undefined ? {} : { lockedUntilMs: lockedUntilMs + byMs }),
  })),
  freeMissesMs: budget.freeMissesMs.map((at) => at + byMs),
  lastMissMs: budget.lastMissMs === null ? null : budget.lastMissMs + byMs,
  spent: budget.spent,
});

function missedAt(
  before: KeypadGuesses | undefined,
  rules: GuessRules,
  keypad: Keypad,
  nowMs: number,
): KeypadGuesses {
  const remembered = before !== undefined && nowMs - before.lastMissMs < rules.forgiveAfterMs;
  const locks = remembered ? before.locks : 0;
  const missesMs = [...ofLast(minuteMs, before?.missesMs ?? [], nowMs), nowMs];
  const lock = before?.lockedUntilMs;
  const open = { ...named(keypad), missesMs, lastMissMs: nowMs, locks };
  if (lock !== undefined) return { ...open, lockedUntilMs: lock };
  if (missesMs.length < rules.missesPerMinute) return open;
  const lockMs = Math.min(rules.lockMs * 2 ** Math.min(locks, maxDoublings), rules.maxLockMs);
  return { ...open, missesMs: [], locks: locks + 1, lockedUntilMs: nowMs + lockMs };
}

const same = (one: Keypad, other: Keypad): boolean =>
  one.accessPoint === other.accessPoint && one.entry === other.entry;
const find = ({ keypads }: GuessBudget, keypad: Keypad): KeypadGuesses | undefined =>
  keypads.find((one) => same(one, keypad));
const named = ({ accessPoint, entry }: Keypad): Keypad => ({ accessPoint, entry });
const ofLast = (spanMs: number, instants: readonly number[], nowMs: number): readonly number[] =>
  instants.filter((at) => nowMs - at < spanMs);
