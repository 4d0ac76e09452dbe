/** A frame of this peripheral has come while its answer is awaited. */
import type { ReceivedFrame } from '../frame/frame.ts';
import { isFailure, replyCodes } from '../messages/codes.ts';
import { decodeReply, type Reply } from '../messages/reply.ts';
import { checkCcrypt, checkInitialMac, type KeyChoice } from '../secure/handshake.ts';
import { goOffline, refuse, withStatus } from './endings.ts';
import type { LinkState, LinkStep, Outstanding, Phase } from './link-state.ts';
import { takeSecured } from './take-secured.ts';
import { keyChoice } from './take-turn.ts';
import { busyLimitMs, busyPauseMs, probeEveryMs, staleAfterMs } from './timing.ts';

export function takeReply(state: LinkState, frame: ReceivedFrame, nowMs: number): LinkStep {
  const { outstanding, phase } = state;
  if (outstanding === undefined) return ignored(state);
  // BUSY comes in clear and with sequence 0, even inside a session. It says nothing but "later".
  if (frame.code === replyCodes.BUSY && frame.security === undefined && frame.data.length === 0)
    return busy(state, outstanding, nowMs);
  // Of an exchange that is over; the right answer may still come.
  if (frame.sequence !== outstanding.sequence) return ignored(state);

  const heard = { ...state, slowestReplyMs: Math.max(state.slowestReplyMs, nowMs - outstanding.sentAtMs) };
  if (phase.kind === 'secured') return takeSecured(heard, phase, frame, nowMs);
  const reply = decodeReply(frame);
  if (isFailure(reply)) return refuse(heard, 'malformedReply', nowMs);
  const answered = { ...heard, outstanding: undefined, sequence: outstanding.sequence + 1, probes: 0 };
  return takeClear(answered, phase, reply, frame, nowMs);
}

const ignored = (state: LinkState): LinkStep => ({ state, effects: [] });

/** Before there is a channel: nothing that is said here is believed, except what proves itself. */
function takeClear(
  state: LinkState,
  phase: Exclude<Phase, { readonly kind: 'secured' }>,
  reply: Reply,
  frame: ReceivedFrame,
  nowMs: number,
): LinkStep {
  switch (phase.kind) {
    case 'probing':
      return reply.kind === 'PDID' || reply.kind === 'NAK'
        ? takeProbe(state, nowMs)
        : refuse(state, 'unexpectedReply', nowMs);
    case 'challenged': {
      if (reply.kind === 'NAK') return refuse(state, 'secureChannelRefused', nowMs);
      if (reply.kind !== 'CCRYPT') return refuse(state, 'unexpectedReply', nowMs);
      const { choice, rndA } = phase;
      const agreed = checkCcrypt(frame, reply, { choice, rndA, pinnedCuid: pinnedCuid(state, choice) });
      if (typeof agreed === 'string') return refuse(state, agreed, nowMs);
      return onward(state, { kind: 'proving', choice, agreed }, nowMs);
    }
    case 'proving': {
      if (reply.kind === 'NAK') return refuse(state, 'secureChannelRefused', nowMs);
      if (reply.kind !== 'RMAC_I') return refuse(state, 'unexpectedReply', nowMs);
      const refusal = checkInitialMac(frame, reply.mac, phase.agreed);
      if (refusal !== undefined) return refuse(state, refusal, nowMs);
      return onward(state, secured(phase, nowMs - state.heardMs >= staleAfterMs), nowMs);
    }
    case 'challenging':
      return ignored(state);
    default:
      return phase satisfies never;
  }
}

/** Somebody is there. Who it is, the channel will tell. */
function takeProbe(state: LinkState, nowMs: number): LinkStep {
  const choice = keyChoice(state);
  if (choice === undefined) {
    const step = withStatus(state, 'uncommissioned', 'noKey', nowMs);
    return {
      state: { ...step.state, sequence: 0, dueMs: nowMs + probeEveryMs },
      effects: [{ kind: 'free' }, ...step.effects],
    };
  }
  const status = state.status === 'refused' ? 'refused' : 'securing';
  const step = withStatus(state, status, 'answers', nowMs);
  return {
    state: { ...step.state, phase: { kind: 'challenging', choice }, dueMs: nowMs },
    effects: [{ kind: 'free' }, ...step.effects],
  };
}

const onward = (state: LinkState, phase: Phase, nowMs: number): LinkStep => ({
  state: { ...state, phase, dueMs: nowMs },
  effects: [{ kind: 'free' }],
});

function secured({ choice, agreed }: Extract<Phase, { readonly kind: 'proving' }>, stale: boolean): Phase {
  const { session, cuid } = agreed;
  // Over SCBK-D, which everybody knows, one thing is said and nothing is heard.
  const agenda =
    choice.kind === 'default'
      ? [{ kind: 'KEYSET' as const, key: choice.newKey }]
      : // What it kept for longer than anybody waits is polled away before it is online.
        [...(stale ? (['POLL'] as const) : []), ...(['ID', 'CAP', 'LSTAT', 'RSTAT'] as const)].map(
          (kind) => ({
            kind,
          }),
        );
  return { kind: 'secured', choice, cuid, session, agenda };
}

/** A reader that is being commissioned is pinned when it has its key. */
const pinnedCuid = ({ pinned, next }: LinkState, choice: KeyChoice): string | undefined =>
  choice.kind === 'default' || (choice.kind === 'next' && next?.how === 'commissioned')
    ? undefined
    : pinned?.cuid;

function busy(state: LinkState, outstanding: Outstanding, nowMs: number): LinkStep {
  const busySinceMs = outstanding.busySinceMs ?? nowMs;
  if (nowMs - busySinceMs >= busyLimitMs) return goOffline(state, 'busy', nowMs);
  return {
    state: {
      ...state,
      outstanding: { ...outstanding, busySinceMs, tries: outstanding.tries - 1 },
      dueMs: nowMs + busyPauseMs,
    },
    effects: [{ kind: 'free' }],
  };
}
