/**
 * From keys to an entry: digits, ended by `#`, cleared by `*` or by waiting. Pure. What holds:
 *
 * - Every key is answered by the same `beep`, whatever comes of it: who listens learns nothing.
 * - An entry that is too long is entered as what it is, cut to one digit over the longest code: it will be denied like any
 *   other wrong one.
 */
import type { Key } from '../messages/keypad.ts';

export interface KeypadEntry {
  readonly digits: string;
  readonly lastKeyMs: number;
}

export type EntryInput =
  | { readonly kind: 'key'; readonly key: Key; readonly nowMs: number }
  | { readonly kind: 'tick'; readonly nowMs: number };

export type EntryEffect =
  | { readonly kind: 'beep' }
  /** Digits were typed and ended: hand them over and forget them. */
  | { readonly kind: 'entered'; readonly digits: string }
  /** Digits were typed and not ended in time. */
  | { readonly kind: 'timedOut' };

export interface EntryStep {
  readonly entry: KeypadEntry;
  readonly effects: readonly EntryEffect[];
}

/** Between one key and the next. */
export const entryTimeoutMs = 10_000;
/** No code has as many. */
export const maxDigits = 17;

export const noEntry: KeypadEntry = { digits: '', lastKeyMs: 0 };

export function stepEntry(before: KeypadEntry, input: EntryInput): EntryStep {
  const { nowMs } = input;
  const late = before.digits !== '' && nowMs - before.lastKeyMs >= entryTimeoutMs;
  const entry = late ? noEntry : before;
  const waited: readonly EntryEffect[] = late ? [{ kind: 'timedOut' }] : [];
  if (input.kind === 'tick') return { entry, effects: waited };

  const { key } = input;
  const effects: readonly EntryEffect[] = [...waited, { kind: 'beep' }];
  if (key === '#') {
    return entry.digits === ''
      ? { entry, effects }
      : { entry: noEntry, effects: [...effects, { kind: 'entered', digits: entry.digits }] };
  }
  if (key === '*') return { entry: noEntry, effects };
  // A to D are function keys, which have no function here.
  if (key >= 'A') return { entry, effects };
  return { entry: { digits: (entry.digits + key).slice(0, maxDigits), lastKeyMs: nowMs }, effects };
}
