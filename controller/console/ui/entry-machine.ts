/**
 * What a person asks of the console, pure: digits typed, or somebody to be called; sent, answered. One question at a time.
 * Digits leave this state only as the `ask` of one step.
 */
import type { Sentence } from '../view-model.ts';

/** As many as the longest entry code has. */
export const maxDigits = 12;

export type Callee = { readonly resident: string } | { readonly concierge: true };

export type Question =
  | { readonly kind: 'entry'; readonly digits: string }
  | { readonly kind: 'call'; readonly callee: Callee };

export interface Answer {
  /** `trouble`: nobody decided; the console did not answer, or refused the request. */
  readonly outcome: 'grant' | 'deny' | 'notCalled' | 'trouble';
  readonly sentence: Sentence;
}

/** `calling`: nothing to be read here, the lobby's state shows the call. */
export type Reply = Answer | { readonly outcome: 'calling' };

export type EntryState =
  | { readonly kind: 'typing'; readonly digits: string }
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly answer: Answer };

export type EntryInput =
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'erase' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'submit' }
  | { readonly kind: 'call'; readonly callee: Callee }
  | { readonly kind: 'answer'; readonly answer: Reply }
  /** Something else than a question went wrong. */
  | { readonly kind: 'trouble'; readonly sentence: Sentence }
  /** Digits rested too long, or the answer was shown long enough. */
  | { readonly kind: 'timeout' };

export interface EntryStep {
  readonly state: EntryState;
  /** To be sent to the controller, once. */
  readonly ask?: Question;
}

export const emptyEntry: EntryState = { kind: 'typing', digits: '' };

const asking = (ask: Question): EntryStep => ({ state: { kind: 'sending' }, ask });

export function stepEntry(state: EntryState, input: EntryInput): EntryStep {
  if (state.kind === 'sending') {
    if (input.kind !== 'answer') return { state };
    const { answer } = input;
    return { state: answer.outcome === 'calling' ? emptyEntry : { kind: 'answered', answer } };
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
      return digits === '' ? { state } : asking({ kind: 'entry', digits });
    case 'call':
      return asking({ kind: 'call', callee: input.callee });
    case 'trouble':
      // Somebody who is typing is not interrupted.
      return digits === ''
        ? { state: { kind: 'answered', answer: { outcome: 'trouble', sentence: input.sentence } } }
        : { state };
    case 'answer':
      return { state };
    default:
      return input satisfies never;
  }
}
