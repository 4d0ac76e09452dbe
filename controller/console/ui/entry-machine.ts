/**
 * The entry at the keypad, pure: digits typed, sent, answered. Digits leave this state only as the `submit`
 * of one step.
 */
import type { Sentence } from '../view-model.ts';

/** As many as the longest entry code has. */
export const maxDigits = 12;

export interface Answer {
  /** `trouble`: nobody decided; the console did not answer, or refused the request. */
  readonly outcome: 'grant' | 'deny' | 'trouble';
  readonly sentence: Sentence;
}

export type EntryState =
  | { readonly kind: 'typing'; readonly digits: string }
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly answer: Answer };

export type EntryInput =
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'erase' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'submit' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Digits rested too long, or the answer was shown long enough. */
  | { readonly kind: 'timeout' };

export interface EntryStep {
  readonly state: EntryState;
  /** Digits to be sent to the controller, once. */
  readonly submit?: string;
}

export const emptyEntry: EntryState = { kind: 'typing', digits: '' };

export function stepEntry(state: EntryState, input: EntryInput): EntryStep {
  if (state.kind === 'sending') {
    return { state: input.kind === 'answer' ? { kind: 'answered', answer: input.answer } : state };
  }
  const digits = state.kind === 'typing' ? state.digits : '';
  switch (input.kind) {
    case 'digit':
      return { state: { kind: 'typing', digits: (digits + input.digit).slice(0, maxDigits) } };
    case 'erase':
      return { state: { kind: 'typing', digits: digits.slice(0, -1) } };
    case 'clear':
    case 'timeout':
      return { state: emptyEntry };
    case 'submit':
      // A second Enter must not wipe the answer to the first one before it is read.
      return digits === '' ? { state } : { state: { kind: 'sending' }, submit: digits };
    case 'answer':
      return { state };
    default:
      return input satisfies never;
  }
}
