/**
 * The simulated telephone: a line, and what a person does at its other end. Pure; told nothing of the number, which
 * therefore cannot get out of here.
 */
import type { CallTarget, DtmfDigit, LegEnd, LegEvent, LegTone } from '../../../controller/core/call/line.ts';

/** How calls are met from now on. Only with `rings` has the person a say; `silent` shows no sign of any kind. */
export type PhonePreset = 'rings' | 'busy' | 'unavailable' | 'unknownNumber' | 'failed' | 'silent';

export type PhoneAction =
  | { readonly kind: 'answer' }
  | { readonly kind: 'decline' }
  | { readonly kind: 'hangUp' }
  | { readonly kind: 'press'; readonly digit: DtmfDigit };

interface Rung {
  readonly leg: string;
  readonly target: CallTarget;
}

export type PhoneLine =
  | { readonly kind: 'idle' }
  /** Nothing has come back yet; with `silent` nothing ever will. */
  | (Rung & { readonly kind: 'dialled'; readonly preset: PhonePreset })
  | (Rung & { readonly kind: 'ringing' })
  | (Rung & {
      readonly kind: 'answered';
      readonly digits: readonly DtmfDigit[];
      readonly heard: readonly LegTone[];
    })
  | {
      readonly kind: 'ended';
      readonly target: CallTarget;
      readonly why: LegEnd | 'consoleHungUp';
      readonly heard: readonly LegTone[];
    };

export interface PhoneState {
  readonly preset: PhonePreset;
  readonly line: PhoneLine;
}

export type PhoneInput =
  | { readonly kind: 'dial'; readonly leg: string; readonly target: CallTarget }
  /** The turn after `dial` has come. */
  | { readonly kind: 'connect'; readonly leg: string }
  | { readonly kind: 'hangUp'; readonly leg: string }
  | { readonly kind: 'tell'; readonly leg: string; readonly tone: LegTone }
  | { readonly kind: 'act'; readonly action: PhoneAction }
  | { readonly kind: 'preset'; readonly preset: PhonePreset };

export type PhoneEffect =
  | { readonly kind: 'connectLater'; readonly leg: string }
  /** Tell the listener of the port. */
  | { readonly kind: 'tell'; readonly event: LegEvent }
  /** The person did something that cannot be done now. */
  | { readonly kind: 'refuse'; readonly sentence: string };

export interface PhoneStep {
  readonly state: PhoneState;
  /** One at most. */
  readonly effect?: PhoneEffect;
}

export const idlePhone: PhoneState = { preset: 'rings', line: { kind: 'idle' } };

/** As many as the page shows. */
const keptCount = 24;
const append = <T>(list: readonly T[], item: T): readonly T[] => [...list, item].slice(-keptCount);

export function stepPhone(state: PhoneState, input: PhoneInput): PhoneStep {
  const { line, preset } = state;
  switch (input.kind) {
    case 'preset':
      return { state: { line, preset: input.preset } };
    case 'dial': {
      const { leg, target } = input;
      // One line: whatever was on it is over, and nothing more is told of it.
      return {
        state: { preset, line: { kind: 'dialled', leg, target, preset } },
        effect: { kind: 'connectLater', leg },
      };
    }
    case 'connect':
      return line.kind === 'dialled' && line.leg === input.leg ? connect(state, line) : { state };
    case 'hangUp':
      return 'leg' in line && line.leg === input.leg
        ? { state: { preset, line: over(line, 'consoleHungUp') } }
        : { state };
    case 'tell':
      return line.kind === 'answered' && line.leg === input.leg
        ? { state: { preset, line: { ...line, heard: append(line.heard, input.tone) } } }
        : { state };
    case 'act':
      return act(state, input.action);
    default:
      return input satisfies never;
  }
}

type Active = Extract<PhoneLine, Rung>;
type Ended = Extract<PhoneLine, { readonly kind: 'ended' }>;

const over = (line: Active, why: Ended['why']): Ended => ({
  kind: 'ended',
  target: line.target,
  why,
  heard: line.kind === 'answered' ? line.heard : [],
});

const end = (preset: PhonePreset, line: Active, why: LegEnd): PhoneStep => ({
  state: { preset, line: over(line, why) },
  effect: { kind: 'tell', event: { leg: line.leg, kind: 'ended', why } },
});

function connect({ preset }: PhoneState, line: Extract<PhoneLine, { readonly kind: 'dialled' }>): PhoneStep {
  const { leg, target } = line;
  if (line.preset === 'silent') return { state: { preset, line } };
  if (line.preset !== 'rings') return end(preset, line, line.preset);
  return {
    state: { preset, line: { kind: 'ringing', leg, target } },
    effect: { kind: 'tell', event: { leg, kind: 'ringing' } },
  };
}

const refuse = (state: PhoneState, sentence: string): PhoneStep => ({
  state,
  effect: { kind: 'refuse', sentence },
});

function act(state: PhoneState, action: PhoneAction): PhoneStep {
  const { line, preset } = state;
  switch (action.kind) {
    case 'answer': {
      if (line.kind !== 'ringing') return refuse(state, 'Nothing rings: there is no call to answer.');
      const { leg, target } = line;
      return {
        state: { preset, line: { kind: 'answered', leg, target, digits: [], heard: [] } },
        effect: { kind: 'tell', event: { leg, kind: 'answered' } },
      };
    }
    case 'decline':
      if (line.kind !== 'ringing') return refuse(state, 'Nothing rings: there is no call to decline.');
      return end(preset, line, 'declined');
    case 'hangUp':
      if (line.kind !== 'answered')
        return refuse(state, 'Nobody is on the line: there is nothing to hang up.');
      return end(preset, line, 'hungUp');
    case 'press': {
      if (line.kind !== 'answered')
        return refuse(state, 'Nobody is on the line: digits count once a call is answered.');
      const { digit } = action;
      return {
        state: { preset, line: { ...line, digits: append(line.digits, digit) } },
        effect: { kind: 'tell', event: { leg: line.leg, kind: 'digit', digit } },
      };
    }
    default:
      return action satisfies never;
  }
}
