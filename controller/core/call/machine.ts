/**
 * One call of this console, as a pure machine: which number rings, when the next one does, what the called person's digits
 * do. What must hold:
 *
 * 1. There is at most one leg, and events of any other leg change nothing.
 * 2. Digits count only after the answer, and once the door has opened for this call they ask for nothing more.
 * 3. Every call ends: each phase has a timer of its own, and each leg that ends leads to the next number or to the end.
 */
import type { Language } from '../dataset.ts';
import type { CallOutcome, CallTarget, DtmfDigit, Leg, LegEnd, LegEvent, LegTone } from './line.ts';
import type { CallNumber } from './plan.ts';

export interface Call {
  readonly id: string;
  readonly numbers: readonly [CallNumber, ...CallNumber[]];
  readonly language: Language;
  readonly rules: CallRules;
}

interface CallRules {
  readonly ringTimeoutMs: number;
  readonly talkTimeoutMs: number;
  /** What a called person presses to open, 1 to 4 of `0-9*#`. */
  readonly unlockDigits: string;
}

/** How one number came out. */
type NumberEnd = LegEnd | 'noAnswer' | 'noReply' | 'talkedTooLong' | 'opened' | 'cancelled';

interface OnLine {
  readonly call: Call;
  /** Of the number that rings, from 1. */
  readonly place: number;
  /** How the numbers before came out. */
  readonly ends: readonly NumberEnd[];
}

export type CallState =
  | { readonly kind: 'idle' }
  /** `rings`: the number has said so, and its time runs. */
  | ({ readonly kind: 'calling'; readonly rings: boolean } & OnLine)
  /** `refusals`: how often the door has not opened for this conversation. */
  | ({
      readonly kind: 'talking';
      readonly digits: string;
      readonly refusals: number;
      readonly endsSoon: boolean;
    } & OnLine)
  /** Somebody has answered in an app: no number rings any more, and what they say goes another way. */
  | ({ readonly kind: 'inApp' } & OnLine)
  /** `inApp`: no leg is up any more. */
  | ({ readonly kind: 'opened'; readonly inApp: boolean } & OnLine);

/**
 * `setUp`: no sign from the number yet. `ring`: it rings. `talkWarning` and `talk`: a conversation's limit. `digits`: the
 * longest time between two digits of one entry. `hangUp`: after the door has opened.
 */
export type CallTimer = 'setUp' | 'ring' | 'talkWarning' | 'talk' | 'digits' | 'hangUp';

export type CallInput =
  /** Ignored while there is a call. */
  | { readonly kind: 'start'; readonly call: Call }
  | { readonly kind: 'leg'; readonly event: LegEvent }
  | { readonly kind: 'timer'; readonly timer: CallTimer }
  /** What came of an `unlock`. */
  | { readonly kind: 'unlocked'; readonly opened: boolean }
  /** An app that rings beside the telephone: the first answer wins. Whoever opens there has opened for this call. */
  | { readonly kind: 'app'; readonly act: 'answered' | 'opened' }
  | { readonly kind: 'cancel' };

export type CallReport =
  | { readonly type: 'CallAnswered'; readonly target: CallTarget | 'app'; readonly place: number }
  | {
      readonly type: 'CallLegEnded';
      readonly target: CallTarget;
      readonly place: number;
      readonly end: NumberEnd;
    }
  | { readonly type: 'CallEnded'; readonly outcome: CallOutcome };

export type CallEffect =
  | { readonly kind: 'report'; readonly report: CallReport }
  | { readonly kind: 'dial'; readonly leg: Leg }
  | { readonly kind: 'hangUp'; readonly leg: string }
  | { readonly kind: 'tell'; readonly leg: string; readonly tone: LegTone }
  /** Ask the access decision; the answer comes back as `unlocked`. */
  | { readonly kind: 'unlock' }
  | { readonly kind: 'startTimer'; readonly timer: CallTimer; readonly ms: number }
  | { readonly kind: 'cancelTimers' };

export interface CallStep {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}

/** Without a sign from the number in this time it counts as dead (a black-holed trunk stays silent for 32 s). */
const setUpTimeoutMs = 8_000;
const betweenDigitsMs = 3_000;
const hangUpAfterMs = 5_000;
const warnBeforeEndMs = 10_000;
/** Each try is an event: who leans on the key must not fill the disk with them. */
const maxRefusals = 10;

export const idleCall: CallState = { kind: 'idle' };

/** Takes one input. Reports come first among the effects. */
export function stepCall(state: CallState, input: CallInput): CallStep {
  const step = react(state, input);
  const reports = step.effects.filter(({ kind }) => kind === 'report');
  return reports.length === 0
    ? step
    : { ...step, effects: [...reports, ...step.effects.filter(({ kind }) => kind !== 'report')] };
}

function react(state: CallState, input: CallInput): CallStep {
  if (state.kind === 'idle')
    return input.kind === 'start' ? ring({ call: input.call, place: 1, ends: [] }) : still(state);
  switch (input.kind) {
    case 'start':
      return still(state);
    case 'leg':
      return input.event.leg === legOf(state) ? onLeg(state, input.event) : still(state);
    case 'timer':
      return onTimer(state, input.timer);
    case 'unlocked':
      return onUnlocked(state, input.opened);
    case 'app':
      return input.act === 'answered' ? answeredInApp(state) : openedInApp(state);
    case 'cancel':
      return cancelled(state);
    default:
      return input satisfies never;
  }
}

type Active = Exclude<CallState, { kind: 'idle' }>;
type Talking = Extract<CallState, { kind: 'talking' }>;

function onLeg(state: Active, event: LegEvent): CallStep {
  switch (event.kind) {
    case 'ringing':
      // Once: a forked call says it for every phone, and a proxy every minute (RFC 3261, 13.2.2.1 and 16.7).
      return state.kind === 'calling' && !state.rings
        ? {
            state: { ...state, rings: true },
            effects: [cancelTimers, startTimer('ring', state.call.rules.ringTimeoutMs)],
          }
        : still(state);
    case 'answered':
      return state.kind === 'calling' ? answered(state) : still(state);
    case 'digit':
      return state.kind === 'talking' ? pressed(state, event.digit) : still(state);
    case 'ended':
      return legEnded(state, event.why);
    default:
      return event satisfies never;
  }
}

function onTimer(state: Active, timer: CallTimer): CallStep {
  switch (timer) {
    case 'setUp':
      return state.kind === 'calling' ? giveUp(state, 'noReply') : still(state);
    case 'ring':
      return state.kind === 'calling' ? giveUp(state, 'noAnswer') : still(state);
    case 'talkWarning':
      return state.kind === 'talking'
        ? { state: { ...state, endsSoon: true }, effects: [tell(state, 'endsSoon')] }
        : still(state);
    case 'talk':
      if (state.kind === 'inApp') return over(state, 'cancelled', 'talked', []);
      return state.kind === 'talking' ? giveUp(state, 'talkedTooLong') : still(state);
    case 'digits':
      return state.kind === 'talking' ? still({ ...state, digits: '' }) : still(state);
    case 'hangUp':
      return state.kind === 'opened' ? overOpened(state) : still(state);
    default:
      return timer satisfies never;
  }
}

function answered({ call, place, ends }: Active): CallStep {
  const { talkTimeoutMs } = call.rules;
  const state: CallState = { kind: 'talking', call, place, ends, digits: '', refusals: 0, endsSoon: false };
  const warnAfterMs = Math.max(talkTimeoutMs - warnBeforeEndMs, Math.floor(talkTimeoutMs / 2));
  return {
    state,
    effects: [
      report({ type: 'CallAnswered', target: targetOf(state), place }),
      cancelTimers,
      startTimer('talkWarning', warnAfterMs),
      startTimer('talk', talkTimeoutMs),
    ],
  };
}

function pressed(state: Talking, digit: DtmfDigit): CallStep {
  const { unlockDigits } = state.call.rules;
  const digits = (state.digits + digit).slice(-unlockDigits.length);
  if (digits !== unlockDigits)
    return { state: { ...state, digits }, effects: [startTimer('digits', betweenDigitsMs)] };
  const asks = state.refusals < maxRefusals;
  return { state: { ...state, digits: '' }, effects: [asks ? { kind: 'unlock' } : tell(state, 'notOpened')] };
}

function onUnlocked(state: Active, opened: boolean): CallStep {
  if (state.kind !== 'talking') return still(state);
  if (!opened)
    return { state: { ...state, refusals: state.refusals + 1 }, effects: [tell(state, 'notOpened')] };
  const { call, place, ends } = state;
  return {
    state: { kind: 'opened', inApp: false, call, place, ends },
    effects: [cancelTimers, tell(state, 'opened'), startTimer('hangUp', hangUpAfterMs)],
  };
}

function answeredInApp(state: Active): CallStep {
  if (state.kind !== 'calling') return still(state);
  const { call, place, ends } = state;
  return {
    state: { kind: 'inApp', call, place, ends },
    effects: [
      report({ type: 'CallAnswered', target: 'app', place }),
      cancelTimers,
      hangUp(state),
      startTimer('talk', call.rules.talkTimeoutMs),
    ],
  };
}

function openedInApp(state: Active): CallStep {
  if (state.kind === 'opened') return still(state);
  const { call, place, ends } = state;
  return {
    state: { kind: 'opened', inApp: state.kind !== 'talking', call, place, ends },
    effects: [
      cancelTimers,
      ...(state.kind === 'calling' ? [hangUp(state)] : []),
      ...(state.kind === 'talking' ? [tell(state, 'opened')] : []),
      startTimer('hangUp', hangUpAfterMs),
    ],
  };
}

/** The number's own end: somebody else may still be reached, unless a person has decided. */
function legEnded(state: Active, why: LegEnd): CallStep {
  switch (state.kind) {
    case 'opened':
      return state.inApp ? still(state) : over(state, 'opened', 'opened', []);
    case 'talking':
      return over(state, why, why === 'hungUp' ? 'talked' : 'failed', []);
    case 'calling':
      return why === 'declined' ? over(state, why, 'declined', []) : next(state, why, []);
    case 'inApp':
      return still(state);
    default:
      return state satisfies never;
  }
}

/** We end the leg and try the next number: nobody answered, or what answered was a machine. */
const giveUp = (state: Active, end: NumberEnd): CallStep => next(state, end, [hangUp(state)]);

const hungUp = (state: Active, end: NumberEnd, outcome: CallOutcome): CallStep =>
  over(state, end, outcome, [hangUp(state)]);

function cancelled(state: Active): CallStep {
  switch (state.kind) {
    case 'calling':
      return hungUp(state, 'cancelled', 'cancelled');
    case 'talking':
      return hungUp(state, 'cancelled', 'talked');
    case 'inApp':
      return over(state, 'cancelled', 'talked', []);
    case 'opened':
      return overOpened(state);
    default:
      return state satisfies never;
  }
}

const overOpened = (state: Extract<CallState, { kind: 'opened' }>): CallStep =>
  over(state, 'opened', 'opened', state.inApp ? [] : [hangUp(state)]);

function next(state: Active, end: NumberEnd, effects: readonly CallEffect[]): CallStep {
  const ends = [...state.ends, end];
  if (state.place === state.call.numbers.length) return over(state, end, outcomeOf(ends), effects);
  const rung = ring({ call: state.call, place: state.place + 1, ends });
  return { state: rung.state, effects: [legReport(state, end), cancelTimers, ...effects, ...rung.effects] };
}

function over(state: Active, end: NumberEnd, outcome: CallOutcome, effects: readonly CallEffect[]): CallStep {
  return {
    state: idleCall,
    effects: [legReport(state, end), report({ type: 'CallEnded', outcome }), cancelTimers, ...effects],
  };
}

function ring(line: OnLine): CallStep {
  const state: CallState = { kind: 'calling', rings: false, ...line };
  const leg: Leg = { id: legOf(state), language: line.call.language, ...numberOf(state) };
  return { state, effects: [{ kind: 'dial', leg }, startTimer('setUp', setUpTimeoutMs)] };
}

/** What to say of a call that reached nobody: the most that is known of any of its numbers. */
function outcomeOf(ends: readonly NumberEnd[]): CallOutcome {
  if (ends.includes('noAnswer') || ends.includes('talkedTooLong')) return 'noAnswer';
  if (ends.includes('busy')) return 'busy';
  return ends.includes('unavailable') || ends.includes('unknownNumber') ? 'unavailable' : 'failed';
}

const legOf = ({ call, place }: Active): string => `${call.id}.${place}`;

function numberOf({ call, place }: Active): CallNumber {
  return call.numbers[place - 1] ?? call.numbers[0];
}

const targetOf = (state: Active): CallTarget => numberOf(state).target;
const still = (state: CallState): CallStep => ({ state, effects: [] });
const report = (reported: CallReport): CallEffect => ({ kind: 'report', report: reported });
const legReport = (state: Active, end: NumberEnd): CallEffect =>
  report({ type: 'CallLegEnded', target: targetOf(state), place: state.place, end });
const hangUp = (state: Active): CallEffect => ({ kind: 'hangUp', leg: legOf(state) });
const tell = (state: Active, tone: LegTone): CallEffect => ({ kind: 'tell', leg: legOf(state), tone });
const startTimer = (timer: CallTimer, ms: number): CallEffect => ({ kind: 'startTimer', timer, ms });
const cancelTimers: CallEffect = { kind: 'cancelTimers' };
