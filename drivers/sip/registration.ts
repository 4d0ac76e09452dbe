/**
 * Whether the registrar knows this console, when that is to be told, and when it is asked again; pure. Short outages are
 * nobody's business. The engine asks again by itself, but after ever longer pauses, up to half an hour (RFC 5626, 4.5).
 */
export type Registration =
  | { readonly kind: 'registered' }
  /** `told`: the alarm has been raised. */
  | { readonly kind: 'unregistered'; readonly told: boolean; readonly why: string };

export type RegistrationInput =
  /** An engine has just been started, and has begun to ask. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'registered' }
  /** `why`: a SIP status line, or the engine's own words. */
  | { readonly kind: 'failed'; readonly why: string }
  /** The time for which nobody is told has passed. */
  | { readonly kind: 'tooLong' }
  /** The pause before the next try is over. */
  | { readonly kind: 'retryDue' };

type RegistrationEffect =
  | 'startTimer'
  | 'cancelTimer'
  | 'tellUnregistered'
  | 'tellRegistered'
  | 'startRetryTimer'
  | 'cancelRetryTimer'
  | 'register';

export interface RegistrationStep {
  readonly registration: Registration;
  readonly effects: readonly RegistrationEffect[];
}

export function stepRegistration(before: Registration, input: RegistrationInput): RegistrationStep {
  switch (input.kind) {
    case 'begun':
      return unregistered(before, 'the registrar has not answered', ['cancelRetryTimer']);
    case 'registered':
      if (before.kind === 'registered') return { registration: before, effects: [] };
      return {
        registration: { kind: 'registered' },
        effects: ['cancelTimer', 'cancelRetryTimer', ...(before.told ? (['tellRegistered'] as const) : [])],
      };
    case 'failed':
      return unregistered(before, input.why, isRefusal(input.why) ? [] : ['startRetryTimer']);
    case 'tooLong':
      return before.kind === 'registered' || before.told
        ? { registration: before, effects: [] }
        : { registration: { ...before, told: true }, effects: ['tellUnregistered'] };
    case 'retryDue':
      return { registration: before, effects: before.kind === 'registered' ? [] : ['register'] };
    default:
      return input satisfies never;
  }
}

const unregistered = (
  before: Registration,
  why: string,
  effects: readonly RegistrationEffect[],
): RegistrationStep =>
  before.kind === 'registered'
    ? { registration: { kind: 'unregistered', told: false, why }, effects: ['startTimer', ...effects] }
    : { registration: { ...before, why }, effects };

/**
 * The registrar has answered, and does not want this console (a wrong password, an unknown user; 603, 606): asking it over and
 * over would have it blocked. That is left to the engine's long pauses. 408 and 480 say that it is out of order for now
 * (RFC 3261, 21.4).
 */
const isRefusal = (why: string): boolean => /^(?:4(?!08|80)|6)\d\d\b/.test(why);
