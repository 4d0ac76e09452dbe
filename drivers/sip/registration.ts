/** Whether the registrar knows this console, and when that is to be told; pure. Short outages are nobody's business. */
export type Registration =
  | { readonly kind: 'registered' }
  /** `told`: the alarm has been raised. */
  | { readonly kind: 'unregistered'; readonly told: boolean; readonly why: string };

export type RegistrationInput =
  | { readonly kind: 'registered' }
  | { readonly kind: 'failed'; readonly why: string }
  /** The time for which nobody is told has passed. */
  | { readonly kind: 'tooLong' };

type RegistrationEffect = 'startTimer' | 'cancelTimer' | 'tellUnregistered' | 'tellRegistered';

export interface RegistrationStep {
  readonly registration: Registration;
  readonly effects: readonly RegistrationEffect[];
}

export function stepRegistration(before: Registration, input: RegistrationInput): RegistrationStep {
  switch (input.kind) {
    case 'registered':
      if (before.kind === 'registered') return { registration: before, effects: [] };
      return {
        registration: { kind: 'registered' },
        effects: ['cancelTimer', ...(before.told ? (['tellRegistered'] as const) : [])],
      };
    case 'failed':
      return before.kind === 'registered'
        ? { registration: { kind: 'unregistered', told: false, why: input.why }, effects: ['startTimer'] }
        : { registration: { ...before, why: input.why }, effects: [] };
    case 'tooLong':
      return before.kind === 'registered' || before.told
        ? { registration: before, effects: [] }
        : { registration: { ...before, told: true }, effects: ['tellUnregistered'] };
    default:
      return input satisfies never;
  }
}
