/**
 * Our own debounce: from activity on a line to settled levels, as a pure machine. What must hold:
 *
 * 1. A level is told once the line has been quiet for `debounceMs`, and only if it differs from the last one told.
 * 2. The level is read when the line is quiet, never taken from a callback: pulses may have come together or been lost.
 * 3. A line that does not become quiet chatters. That is told once; the line is then listened to for one movement a second at
 *    most, and the end is told when it has been quiet for `quietMs`. (Settled changes that come too often are the door's to bound.)
 * 4. A contact that lets people out (`letsOut`) is not lost in that: once it chatters, the first reading that says yes is told, were
 *    it one of those that made it chatter. It says yes until it is quiet.
 */
export interface ContactSettings {
  readonly debounceMs: number;
  readonly letsOut: boolean;
}

/** A line that has not been quiet for so long chatters. */
const unsettledMs = 1_000;
/** How long a chattering line is not listened to. */
const restMs = 1_000;
/** How long a line must be quiet until it is trusted again. */
const quietMs = 2_000;

type Phase =
  | { readonly kind: 'settled' }
  /** `seen`: it has been read as active since it moves. */
  | { readonly kind: 'moving'; readonly sinceMs: number; readonly activeMs: number; readonly seen: boolean }
  /** Chattering, and not listened to. */
  | { readonly kind: 'resting' }
  /** Chattering until now, and listened to again. */
  | { readonly kind: 'onProbation' };

export interface ContactState {
  /** The level that was told last. */
  readonly level: boolean;
  readonly phase: Phase;
}

export type ContactInput =
  | { readonly kind: 'activity' }
  /** The timer has run down; `level` was read from the line just now. */
  | { readonly kind: 'timer'; readonly level: boolean };

export type ContactEffect =
  | { readonly kind: 'tell'; readonly level: boolean }
  | { readonly kind: 'chattering'; readonly on: boolean }
  | { readonly kind: 'listen'; readonly on: boolean }
  /** In place of the one that runs. */
  | { readonly kind: 'startTimer'; readonly ms: number };

export interface ContactStep {
  readonly state: ContactState;
  readonly effects: readonly ContactEffect[];
}

/** A line that stood at `level` when it was opened. */
export const initialContact = (level: boolean): ContactState => ({ level, phase: { kind: 'settled' } });

export const isChattering = ({ phase }: ContactState): boolean =>
  phase.kind === 'resting' || phase.kind === 'onProbation';

/** `nowMs` is monotonic. */
export function stepContact(
  state: ContactState,
  input: ContactInput,
  nowMs: number,
  settings: ContactSettings,
): ContactStep {
  const { phase } = state;
  switch (phase.kind) {
    case 'settled':
      if (input.kind === 'timer') return { state, effects: [] };
      return {
        state: { ...state, phase: { kind: 'moving', sinceMs: nowMs, activeMs: nowMs, seen: false } },
        effects: [{ kind: 'startTimer', ms: settings.debounceMs }],
      };
    case 'moving':
      // The timer is not started anew for each movement: it looks at `activeMs` when it has run down.
      if (input.kind === 'activity')
        return { state: { ...state, phase: { ...phase, activeMs: nowMs } }, effects: [] };
      return settle(state, phase, input.level, nowMs, settings);
    case 'resting':
      if (input.kind === 'activity') return { state, effects: [] };
      return lettingOut({ ...state, phase: { kind: 'onProbation' } }, input.level, settings, [
        { kind: 'listen', on: true },
        { kind: 'startTimer', ms: quietMs },
      ]);
    case 'onProbation':
      if (input.kind === 'activity') return { state: resting(state), effects: rest };
      return told(state, input.level, [{ kind: 'chattering', on: false }]);
    default:
      return phase satisfies never;
  }
}

function settle(
  state: ContactState,
  phase: Extract<Phase, { kind: 'moving' }>,
  level: boolean,
  nowMs: number,
  settings: ContactSettings,
): ContactStep {
  const leftMs = phase.activeMs + settings.debounceMs - nowMs;
  if (leftMs <= 0) return told(state, level, []);
  const seen = phase.seen || level;
  if (nowMs - phase.sinceMs >= unsettledMs)
    return lettingOut(resting(state), seen, settings, [{ kind: 'chattering', on: true }, ...rest]);
  return {
    state: { ...state, phase: { ...phase, seen } },
    effects: [{ kind: 'startTimer', ms: leftMs }],
  };
}

const resting = (state: ContactState): ContactState => ({ ...state, phase: { kind: 'resting' } });
const rest: readonly ContactEffect[] = [
  { kind: 'listen', on: false },
  { kind: 'startTimer', ms: restMs },
];

/** A step of a line that chatters and was read. */
const lettingOut = (
  state: ContactState,
  seen: boolean,
  { letsOut }: ContactSettings,
  effects: readonly ContactEffect[],
): ContactStep =>
  letsOut && seen && !state.level
    ? { state: { ...state, level: true }, effects: [...effects, { kind: 'tell', level: true }] }
    : { state, effects };

const told = (state: ContactState, level: boolean, before: readonly ContactEffect[]): ContactStep => ({
  state: { level, phase: { kind: 'settled' } },
  effects: level === state.level ? before : [...before, { kind: 'tell', level }],
});
