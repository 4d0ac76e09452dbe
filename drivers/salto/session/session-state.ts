/** What a connection to a SHIP server is told, what it remembers and what it answers, as data. */
import type { ShipCall, ShipDialect, ShipReply } from '../ship/call.ts';
import { type FrameFault, nothingPending } from '../ship/frame.ts';

export interface SessionTiming {
  readonly connectWithinMs: number;
  /** The pause after a failure is drawn between these two; its upper bound doubles with each failure in a row. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

/** What does not change with the connection. */
export interface SessionSetup {
  readonly dialect: ShipDialect;
  readonly timing: SessionTiming;
}

export interface SessionCall {
  readonly id: number;
  readonly call: ShipCall;
  /** From asking to answer; of what lasts, from sending to answer. */
  readonly withinMs: number;
  /** It is worth as much later as now: it waits for as long as others are under way. */
  readonly lasts?: boolean;
  /** Somebody waits at a door: the pause after a failure is not for them. */
  readonly urgent: boolean;
}

type Unreadable = Extract<ShipReply, { kind: 'unreadable' }>['fault'];

/** Why a call got no answer. */
export type CallFault =
  /** There was nothing to send it on. */
  | 'unreachable'
  /** Others were under way until its time was over: not sent. */
  | 'tooLate'
  /** Sent, and not answered in time. */
  | 'silent'
  /** Sent, and the connection ended before the end of the answer. */
  | 'cut'
  | FrameFault
  | Unreadable
  /** This end has been closed. */
  | 'closed';

export type CallOutcome =
  | Exclude<ShipReply, { kind: 'unreadable' }>
  | { readonly kind: 'fault'; readonly fault: CallFault };

type Phase =
  | { readonly kind: 'resting' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'calling'; readonly call: SessionCall }
  | { readonly kind: 'closed' };

export interface SessionState {
  readonly phase: Phase;
  readonly waiting: readonly SessionCall[];
  readonly pending: Uint8Array;
  /** Failures in a row. */
  readonly failures: number;
}

export type SessionTimer = 'connect' | 'retry' | `call ${number}`;

export type SessionInput =
  | { readonly kind: 'open' }
  | { readonly kind: 'call'; readonly call: SessionCall }
  | { readonly kind: 'connected' }
  | { readonly kind: 'received'; readonly bytes: Uint8Array }
  | { readonly kind: 'lost' }
  | { readonly kind: 'timer'; readonly timer: SessionTimer }
  | { readonly kind: 'close' };

export type SessionEffect =
  | { readonly kind: 'connect' }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'send'; readonly frame: Uint8Array }
  | { readonly kind: 'startTimer'; readonly timer: SessionTimer; readonly ms: number }
  | { readonly kind: 'cancelTimer'; readonly timer: SessionTimer }
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: CallOutcome };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

/** More than any console asks at once; whoever asks beyond is told so at once, and memory stays bounded. */
export const maxWaiting = 64;

export const initialSession: SessionState = {
  phase: { kind: 'resting' },
  waiting: [],
  pending: nothingPending,
  failures: 0,
};
