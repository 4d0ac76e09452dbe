/**
 * The panel's side of one peripheral: `stepLink(state, input)`. Pure; time and random bytes are given. What holds:
 *
 * - A repeated command is byte for byte the same, with the same sequence; the sequence advances on a valid answer only.
 * - `card`, `keys` and states are reported only from an answer that was opened in a session with the reader's own key.
 * - SCBK-D is used inside an operator's window only, for KEYSET and nothing else; nothing falls back to it.
 * - A request is answered or failed, and never carried over to another session.
 */
import { maxCommandDataBytes } from '../frame/constants.ts';
import type { ReceivedFrame } from '../frame/frame.ts';
import { encodeCommand } from '../messages/command.ts';
import { goOffline, restart } from './endings.ts';
import {
  type LinkRequest,
  type LinkState,
  type LinkStep,
  type RequestFailure,
  report,
} from './link-state.ts';
import { takeReply } from './take-reply.ts';
import { endWindow, takeTurn } from './take-turn.ts';
import { maxTries } from './timing.ts';

/** More than a reader can show before a person has gone. */
const maxRequests = 16;

export type LinkInput =
  /** The line is this peripheral's: it answers with `transmit`. `rndA`: 8 fresh random bytes. */
  | { readonly kind: 'turn'; readonly nowMs: number; readonly rndA: Uint8Array }
  /** A frame with this peripheral's address has come during its exchange. */
  | { readonly kind: 'reply'; readonly nowMs: number; readonly frame: ReceivedFrame }
  /** Nothing came in time. */
  | { readonly kind: 'silence'; readonly nowMs: number }
  /** The port is gone; nothing is asked until it is back. */
  | { readonly kind: 'lineLost'; readonly nowMs: number }
  /** The port is closed and there are no turns: a window ends all the same. */
  | { readonly kind: 'noLine'; readonly nowMs: number }
  | LinkOrder;

/** What the application wants of one peripheral. New keys have been looked at by `keyRefusal`, and kept, before they come here. */
export type LinkOrder =
  | ({ readonly kind: 'request'; readonly nowMs: number } & LinkRequest)
  /** An operator lets the reader have this key over SCBK-D, until then: the one that is on its way, where there is one. */
  | {
      readonly kind: 'commission';
      readonly nowMs: number;
      readonly newKey: Uint8Array;
      readonly untilMs: number;
    }
  /** The operator has gone: with what has been sent the window is over. */
  | { readonly kind: 'closeWindow'; readonly nowMs: number }
  /** Another key in place of the one in use. */
  | { readonly kind: 'rotate'; readonly nowMs: number; readonly newKey: Uint8Array };

export function stepLink(state: LinkState, input: LinkInput): LinkStep {
  switch (input.kind) {
    case 'turn':
      return takeTurn(state, input.nowMs, input.rndA);
    case 'reply':
      return takeReply(state, input.frame, input.nowMs);
    case 'silence':
      return silent(state, input.nowMs);
    case 'lineLost':
      return goOffline(state, 'lineLost', input.nowMs);
    case 'noLine':
      return endWindow(state, input.nowMs);
    case 'request':
      return request(state, input);
    case 'commission': {
      const { newKey, untilMs, nowMs } = input;
      const next = state.next && { ...state.next, how: 'commissioned' as const };
      return restart({ ...state, next, window: { newKey, untilMs }, failures: 0 }, 'commissioning', nowMs);
    }
    case 'closeWindow':
      return closeWindow(state, input.nowMs);
    case 'rotate':
      return rotate(state, input);
    default:
      return input satisfies never;
  }
}

function silent(state: LinkState, nowMs: number): LinkStep {
  const { outstanding, status } = state;
  const tries = status === 'offline' ? 1 : maxTries;
  if (outstanding === undefined || outstanding.tries >= tries) return goOffline(state, 'silence', nowMs);
  return { state: { ...state, dueMs: nowMs }, effects: [{ kind: 'free' }] };
}

function request(
  state: LinkState,
  { id, command, nowMs }: Extract<LinkOrder, { kind: 'request' }>,
): LinkStep {
  const { requests } = state;
  const why = refusalOf(state, command);
  if (why !== undefined) return { state, effects: [report({ kind: 'failed', id, why })] };
  return {
    state: {
      ...state,
      requests: [...requests, { id, command }],
      dueMs: state.outstanding === undefined ? nowMs : state.dueMs,
    },
    effects: [],
  };
}

function refusalOf(
  { status, requests }: LinkState,
  command: LinkRequest['command'],
): RequestFailure | undefined {
  if (status !== 'online') return 'offline';
  if (encodeCommand(command).data.length > maxCommandDataBytes) return 'tooLong';
  return requests.length >= maxRequests ? 'queueFull' : undefined;
}

/** At this peripheral's next turn, which is now where nothing is on its way. */
function closeWindow(state: LinkState, nowMs: number): LinkStep {
  const { window, outstanding, dueMs } = state;
  if (window === undefined) return { state, effects: [] };
  return {
    state: {
      ...state,
      window: { ...window, untilMs: nowMs },
      dueMs: outstanding === undefined ? nowMs : dueMs,
    },
    effects: [],
  };
}

function rotate(state: LinkState, { newKey, nowMs }: Extract<LinkOrder, { kind: 'rotate' }>): LinkStep {
  const { status, phase, outstanding } = state;
  if (status !== 'online' || phase.kind !== 'secured')
    return { state, effects: [report({ kind: 'keyFailed', why: 'notOnline' })] };
  return {
    state: {
      ...state,
      phase: { ...phase, agenda: [...phase.agenda, { kind: 'KEYSET', key: newKey }] },
      dueMs: outstanding === undefined ? nowMs : state.dueMs,
    },
    effects: [],
  };
}
