/** The words of a telephone call, as the port of the phone, the call machine, events and the screen share them. */
import type { Language } from '../dataset.ts';

/** Which of a call's numbers a leg rings. */
export type CallTarget = 'override' | 'phone' | 'escalation' | 'concierge';

/** One attempt to reach one number. */
export interface Leg {
  /** Unique as long as the process lives; every event names its leg, and a late one is told from a present one by it. */
  readonly id: string;
  /** E.164 (`+14165550100`) or an extension of 2 to 6 digits. For the driver only: never shown, never logged. */
  readonly number: string;
  readonly target: CallTarget;
  /** Of the called person, for what they are told. */
  readonly language: Language;
}

/**
 * Why a leg ended. SIP final responses (RFC 3261, 21): 486 and 600 `busy`; 603 `declined`; 480 and 408 `unavailable`; 404,
 * 410 and 484 `unknownNumber`; the rest, and everything that is not the called person's doing, `failed`. `hungUp`: they
 * answered and have ended the conversation.
 */
export type LegEnd = 'busy' | 'declined' | 'unavailable' | 'unknownNumber' | 'failed' | 'hungUp';

/** A digit of RFC 4733 or SIP INFO, told once however often the phone sends it. */
export type DtmfDigit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#';

export type LegEvent = { readonly leg: string } & (
  | { readonly kind: 'ringing' }
  | { readonly kind: 'answered' }
  /** Only after `answered`. */
  | { readonly kind: 'digit'; readonly digit: DtmfDigit }
  /** The last one of its leg. Does not follow a `hangUp`. */
  | { readonly kind: 'ended'; readonly why: LegEnd }
);

/** What the called person hears: a tone of its own for each. */
export type LegTone = 'opened' | 'notOpened' | 'endsSoon';

/** How a call came out. */
export type CallOutcome =
  | 'opened'
  /** They talked, and no door was opened. */
  | 'talked'
  | 'declined'
  | 'busy'
  | 'noAnswer'
  | 'unavailable'
  | 'failed'
  | 'cancelled';
