/** Every way in which a conversation ends, each leading back to the probe at sequence 0. */
import {
  type LinkEffect,
  type LinkRefusal,
  type LinkReport,
  type LinkState,
  type LinkStatus,
  type LinkStep,
  type RequestFailure,
  report,
} from './link-state.ts';
import { probeEveryMs, refusalPauseMs, restartPauseMs, soundAfterMs } from './timing.ts';

const free: LinkEffect = { kind: 'free' };

export function withStatus(state: LinkState, status: LinkStatus, cause: string, nowMs: number): LinkStep {
  if (state.status === status) return { state, effects: [] };
  const settled = status === 'online' || status === 'offline';
  return {
    state: {
      ...state,
      status,
      onlineSinceMs: status === 'online' ? nowMs : undefined,
      told: settled ? [] : state.told,
      reported: status === 'offline' ? {} : state.reported,
    },
    effects: [report({ kind: 'status', status, cause })],
  };
}

/** Reports a refusal, once until the peripheral is online or offline again. */
export function told(state: LinkState, refusal: LinkRefusal): LinkStep {
  if (state.told.includes(refusal)) return { state, effects: [] };
  return {
    state: { ...state, told: [...state.told, refusal] },
    effects: [report({ kind: 'refused', refusal })],
  };
}

/** No answer, or no line: asked again every `probeEveryMs`. */
export function goOffline(state: LinkState, cause: string, nowMs: number): LinkStep {
  const ended = ending(state, 'offline');
  const { state: gone, effects } = withStatus(ended.state, 'offline', cause, nowMs);
  return {
    state: { ...gone, probes: gone.probes + 1, dueMs: nowMs + probeEveryMs },
    effects: [free, ...ended.reports.map(report), ...effects],
  };
}

/** The peripheral has lost the channel, and says so or seems so: a new handshake with the same key. */
export function restart(state: LinkState, cause: string, nowMs: number): LinkStep {
  const failures = failuresNow(state, nowMs) + 1;
  const ended = ending(state, 'channelLost');
  const status = state.status === 'online' ? 'securing' : state.status;
  const { state: fresh, effects } = withStatus(ended.state, status, cause, nowMs);
  return {
    state: { ...fresh, failures, dueMs: nowMs + restartPauseMs(failures) },
    effects: [free, ...ended.reports.map(report), ...effects],
  };
}

/** Something that a panel must not accept: the channel ends, somebody hears of it, and the next try waits. */
export function refuse(state: LinkState, refusal: LinkRefusal, nowMs: number): LinkStep {
  const failures = failuresNow(state, nowMs) + 1;
  const ended = ending(state, 'channelLost');
  const isAlarm = !mayBeNew(state);
  const status = withStatus(ended.state, isAlarm ? 'refused' : 'securing', refusal, nowMs);
  const { state: refused, effects } = isAlarm
    ? told(status.state, refusal)
    : { state: status.state, effects: [] };
  // Inside an operator's window somebody stands there and waits.
  const pauseMs = refusalPauseMs(state.window === undefined ? failures : 1);
  const { next } = refused;
  return {
    state: {
      ...refused,
      failures,
      dueMs: nowMs + pauseMs,
      next: next === undefined ? undefined : { ...next, tries: next.tries + 1 },
    },
    effects: [free, ...ended.reports.map(report), ...status.effects, ...effects],
  };
}

/** Whether its first key has arrived is what is being found out: that it refuses it is no alarm. */
const mayBeNew = ({ scbk, next, window }: LinkState): boolean =>
  scbk === undefined && next !== undefined && window === undefined;

const failuresNow = ({ failures, onlineSinceMs }: LinkState, nowMs: number): number =>
  onlineSinceMs !== undefined && nowMs - onlineSinceMs >= soundAfterMs ? 0 : failures;

/** Requests end with the conversation, and a rotation that was not begun: nothing happens late because a reader came back. */
function ending(
  state: LinkState,
  why: RequestFailure,
): { readonly state: LinkState; readonly reports: readonly LinkReport[] } {
  return {
    state: { ...state, phase: { kind: 'probing' }, sequence: 0, outstanding: undefined, requests: [] },
    reports: [
      ...state.requests.map(({ id }): LinkReport => ({ kind: 'failed', id, why })),
      ...(rotationIsUnsent(state) ? [{ kind: 'keyFailed', why: 'notOnline' } as const] : []),
    ],
  };
}

/** Of a key that has been sent, the next handshakes tell. */
const rotationIsUnsent = ({ phase, next }: LinkState): boolean =>
  phase.kind === 'secured' &&
  phase.choice.kind !== 'default' &&
  next === undefined &&
  phase.agenda.some(({ kind }) => kind === 'KEYSET');
