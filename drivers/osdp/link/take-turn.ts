/** The line is ours: what is said now. */
import type { SecurityBlock } from '../frame/frame.ts';
import { encodeFrame, withMark } from '../frame/writer.ts';
import { type Command, encodeCommand } from '../messages/command.ts';
import { challengeBlock, type KeyChoice, proofBlock } from '../secure/handshake.ts';
import { seal } from '../secure/session.ts';
import type { LinkState, LinkStep, Outstanding } from './link-state.ts';
import { report } from './link-state.ts';
import {
  byteGapMs,
  firstKeyTries,
  fullProbeEvery,
  onLineMs,
  replyTimeoutMs,
  shortProbeMs,
} from './timing.ts';

/** `rndA`: 8 fresh random bytes, used if a challenge goes out. */
export function takeTurn(before: LinkState, nowMs: number, rndA: Uint8Array): LinkStep {
  const { state, effects } = endWindow(before, nowMs);
  const outstanding =
    state.outstanding === undefined
      ? composed(state, rndA, nowMs)
      : { ...state.outstanding, tries: state.outstanding.tries + 1, sentAtMs: nowMs };
  const { command, bytes } = outstanding;
  const phase =
    state.phase.kind === 'challenging' && command.kind === 'CHLNG'
      ? { kind: 'challenged' as const, choice: state.phase.choice, rndA: command.rndA }
      : state.phase;
  return {
    state: { ...state, phase, outstanding, next: nextAfter(state, command) },
    effects: [...effects, { kind: 'transmit', bytes, timeoutMs: timeoutMs(state, bytes.length) }],
  };
}

/** Which key the next handshake uses. SCBK-D only inside an operator's window; nothing ever falls back to it. */
export function keyChoice({ next, window, scbk }: LinkState): KeyChoice | undefined {
  if (next !== undefined && next.tries % 2 === 0) return { kind: 'next', key: next.key };
  if (window !== undefined) return { kind: 'default', newKey: window.newKey };
  if (scbk !== undefined) return { kind: 'own', key: scbk };
  // A first key that it will not have never arrived: it is as it came.
  return next === undefined || next.tries >= firstKeyTries ? undefined : { kind: 'next', key: next.key };
}

/** Where its time has come. */
export function endWindow(state: LinkState, nowMs: number): LinkStep {
  const { window, next, phase } = state;
  if (window === undefined || nowMs < window.untilMs) return { state, effects: [] };
  const overDefault = 'choice' in phase && phase.choice.kind === 'default';
  return {
    state: {
      ...state,
      window: undefined,
      ...(overDefault ? { phase: { kind: 'probing' }, sequence: 0, outstanding: undefined } : {}),
    },
    // A key that has been sent will show whether it was taken.
    effects: next === undefined ? [report({ kind: 'keyFailed', why: 'windowClosed' })] : [],
  };
}

function composed(state: LinkState, rndA: Uint8Array, nowMs: number): Outstanding {
  const { phase, sequence, settings } = state;
  const { command, request } = chosen(state, rndA);
  const envelope = { address: settings.address, reply: false, sequence, check: 'crc16' } as const;
  const message = encodeCommand(command);
  const base = {
    command,
    sequence,
    tries: 1,
    sentAtMs: nowMs,
    ...(request === undefined ? {} : { request }),
  };
  if (phase.kind !== 'secured') {
    const security = blockOf(state);
    const bytes = encodeFrame({ ...envelope, ...message, ...(security === undefined ? {} : { security }) });
    return { ...base, bytes: withMark(bytes) };
  }
  const sealed = seal(phase.session, envelope, message);
  return { ...base, bytes: withMark(sealed.bytes), session: sealed.session };
}

function chosen(
  { phase, requests }: LinkState,
  rndA: Uint8Array,
): { readonly command: Command; readonly request?: string } {
  switch (phase.kind) {
    case 'probing':
      return { command: { kind: 'ID' } };
    case 'challenging':
    case 'challenged':
      return { command: { kind: 'CHLNG', rndA } };
    case 'proving':
      return { command: { kind: 'SCRYPT', cryptogram: phase.agreed.cryptA } };
    case 'secured': {
      const [first] = phase.agenda;
      if (first !== undefined) return { command: first };
      const [request] = requests;
      return request === undefined
        ? { command: { kind: 'POLL' } }
        : { command: request.command, request: request.id };
    }
    default:
      return phase satisfies never;
  }
}

function blockOf({ phase }: LinkState): SecurityBlock | undefined {
  if (phase.kind === 'challenging') return challengeBlock(phase.choice);
  return phase.kind === 'proving' ? proofBlock(phase.choice) : undefined;
}

/** From the moment KEYSET goes out the peripheral may have the key, whether or not its answer comes back. */
function nextAfter({ next, phase }: LinkState, command: Command): LinkState['next'] {
  if (command.kind !== 'KEYSET' || phase.kind !== 'secured') return next;
  return { key: command.key, how: phase.choice.kind === 'default' ? 'commissioned' : 'rotated', tries: 0 };
}

function timeoutMs({ status, phase, probes, slowestReplyMs, settings }: LinkState, bytes: number): number {
  const short = status === 'offline' && phase.kind === 'probing' && probes % fullProbeEvery !== 0;
  const waitMs = short
    ? Math.min(replyTimeoutMs, Math.max(shortProbeMs, slowestReplyMs + byteGapMs))
    : replyTimeoutMs;
  return waitMs + onLineMs(bytes, settings.baudRate);
}
