/**
 * The peripheral's role, whole: `stepPeripheral(state, input)`. Pure; time and random bytes are given. Written from the
 * standard's side of the peripheral and not from the panel's code: the two meet in bytes.
 */
import { broadcastAddress } from '../frame/constants.ts';
import { hasMac, type ReceivedFrame, type SecurityBlock } from '../frame/frame.ts';
import { parseFrames } from '../frame/parser.ts';
import { encodeFrame, withMark } from '../frame/writer.ts';
import { isFailure, nakReasons } from '../messages/codes.ts';
import { type Command, decodeCommand } from '../messages/command.ts';
import { encodeReply, type Reply } from '../messages/reply.ts';
import { open, seal } from '../secure/session.ts';
import { onTheWire } from './faults.ts';
import { answerChallenge, answerProof, type HandshakeAnswer } from './handshake-answers.ts';
import { obey } from './obey.ts';
import type {
  PeripheralAction,
  PeripheralChannel,
  PeripheralEffect,
  PeripheralState,
  PeripheralStep,
} from './peripheral-state.ts';

/** Then the peripheral gives the channel up (OSDP 2.2, clause 5.7). */
const silenceLimitMs = 8_000;

export type PeripheralInput =
  /** `rndB`: 8 fresh random bytes. */
  | {
      readonly kind: 'bytes';
      readonly bytes: Uint8Array;
      readonly nowMs: number;
      readonly rndB: Uint8Array;
    }
  | { readonly kind: 'act'; readonly action: PeripheralAction };

export function stepPeripheral(state: PeripheralState, input: PeripheralInput): PeripheralStep {
  if (input.kind === 'act') return { state: act(state, input.action), effects: [] };
  const { pending, frames } = parseFrames(state.pending, input.bytes);
  let next: PeripheralState = { ...state, pending };
  const effects: PeripheralEffect[] = [];
  for (const frame of frames) {
    if (frame.reply || (frame.address !== next.address && frame.address !== broadcastAddress)) continue;
    const step = hear(next, frame, input.nowMs, input.rndB);
    next = step.state;
    effects.push(...step.effects);
  }
  return { state: next, effects };
}

function act(state: PeripheralState, action: PeripheralAction): PeripheralState {
  const report = (reply: Reply, change: Partial<PeripheralState> = {}): PeripheralState => ({
    ...state,
    ...change,
    reports: [...state.reports, reply],
  });
  switch (action.kind) {
    case 'press':
      return report({ kind: 'KEYPAD', reader: 0, keys: action.keys });
    case 'card':
      return report({ kind: 'RAW', reader: 0, format: 1, bits: action.bits, data: action.data });
    case 'tamper': {
      const local = { ...state.local, tamper: action.tamper };
      return report({ kind: 'LSTATR', ...local }, { local });
    }
    case 'input': {
      const inputs = state.inputs.with(action.input, action.active);
      return report({ kind: 'ISTATR', active: inputs }, { inputs });
    }
    case 'powerCut':
      return { ...state, channel: { kind: 'none' }, sequence: undefined, last: undefined, reports: [] };
    case 'fault':
      return { ...state, fault: action.fault, faultTimes: action.times };
    default:
      return action satisfies never;
  }
}

/** What is to be said, and how the next command will be heard. */
interface Answer {
  readonly state: PeripheralState;
  readonly reply: Reply;
  readonly security?: SecurityBlock;
  readonly did?: Command;
}

function hear(
  before: PeripheralState,
  frame: ReceivedFrame,
  nowMs: number,
  rndB: Uint8Array,
): PeripheralStep {
  const asleep = nowMs - before.heardMs >= silenceLimitMs || frame.sequence === 0;
  const state: PeripheralState = {
    ...before,
    heardMs: nowMs,
    ...(asleep ? { channel: { kind: 'none' } } : {}),
    ...(frame.sequence === 0 ? { last: undefined, sequence: undefined } : {}),
  };
  const command = frame.covered.toHex() + (frame.mac?.toHex() ?? '');
  if (state.last?.command === command) return sent(state, state.last.reply, undefined, []);
  if (state.fault === 'busy') {
    const reply = { address: state.address, reply: true, sequence: 0, check: frame.check } as const;
    return sent(state, encodeFrame({ ...reply, ...encodeReply({ kind: 'BUSY' }) }), undefined, []);
  }
  const { sequence } = state;
  const expected = sequence === undefined ? 0 : (sequence % 3) + 1;
  if (frame.sequence !== expected)
    return say(state, frame, command, nak({ ...state, channel: none }, nakReasons.sequence));
  return say({ ...state, sequence: frame.sequence }, frame, command, answer(state, frame, nowMs, rndB));
}

const none: PeripheralChannel = { kind: 'none' };
const nak = (state: PeripheralState, reason: number): Answer => ({ state, reply: { kind: 'NAK', reason } });

function answer(state: PeripheralState, frame: ReceivedFrame, nowMs: number, rndB: Uint8Array): Answer {
  const { channel, fault } = state;
  const outside = { ...state, channel: none };
  if (fault === 'plainNak') return nak(outside, nakReasons.securityConditionsNotMet);
  if (hasMac(frame.security)) {
    if (channel.kind !== 'up') return nak(outside, nakReasons.securityConditionsNotMet);
    const opened = open(channel.session, frame);
    if (opened.kind === 'refused') return nak(outside, nakReasons.securityConditionsNotMet);
    const inside: PeripheralState = { ...state, channel: { kind: 'up', session: opened.session } };
    const command = decodeCommand(opened.message);
    if (isFailure(command)) return nak(inside, nakReasons[command]);
    if (command.kind === 'CHLNG' || command.kind === 'SCRYPT') return nak(inside, nakReasons.record);
    if (fault === 'unexpectedReply')
      return { state: inside, reply: { kind: 'COM', address: state.address, baudRate: 9_600 } };
    return { ...obey(inside, command, nowMs), did: command };
  }
  const command = decodeCommand(frame);
  if (isFailure(command)) return nak(outside, nakReasons[command]);
  if (command.kind === 'CHLNG')
    return handshake(outside, answerChallenge(outside, frame, command.rndA, rndB));
  if (command.kind === 'SCRYPT') return handshake(outside, answerProof(state, frame, command.cryptogram));
  // In clear it says who it is and what it can, and nothing else.
  if (command.kind === 'ID' || command.kind === 'CAP') return obey(outside, command, nowMs);
  return nak(outside, nakReasons.securityConditionsNotMet);
}

const handshake = (state: PeripheralState, { channel, reply, block }: HandshakeAnswer): Answer => ({
  state: { ...state, channel },
  reply,
  ...(block === undefined ? {} : { security: block }),
});

function say(
  before: PeripheralState,
  frame: ReceivedFrame,
  command: string,
  answered: Answer,
): PeripheralStep {
  const { reply, security, did } = answered;
  const state = { ...answered.state, sequence: before.sequence };
  const message = encodeReply(reply);
  const envelope = {
    address: before.address,
    reply: true,
    sequence: frame.sequence,
    check: frame.check,
  } as const;
  const clear = encodeFrame({ ...envelope, ...(security === undefined ? {} : { security }), ...message });
  const { channel } = state;
  // RMAC_I is what brings the channel up: it still goes out under the handshake's block.
  const inside = channel.kind === 'up' && hasMac(frame.security);
  const sealed = inside ? seal(channel.session, envelope, message) : undefined;
  const genuine = sealed?.bytes ?? clear;
  const stripped = before.fault === 'plainReplies';
  const next: PeripheralState = {
    ...state,
    channel: sealed === undefined ? channel : { kind: 'up', session: sealed.session },
    // Somebody between who strips once lets the repeated command through; one who stays strips that too.
    last: { command, reply: stripped && before.faultTimes > 1 ? clear : genuine },
  };
  const obeyed = did !== undefined && reply.kind !== 'NAK';
  const effects: PeripheralEffect[] = obeyed ? [{ kind: 'did', command: did }] : [];
  return sent(next, stripped ? clear : genuine, before.last?.reply, effects);
}

function sent(
  state: PeripheralState,
  reply: Uint8Array,
  recorded: Uint8Array | undefined,
  effects: readonly PeripheralEffect[],
): PeripheralStep {
  const { fault, faultTimes } = state;
  const bytes = onTheWire(fault, reply, recorded);
  const afterMs = typeof fault === 'object' ? fault.delayMs : 0;
  return {
    state: { ...state, faultTimes: Math.max(0, faultTimes - 1), fault: faultTimes > 1 ? fault : undefined },
    effects: bytes === undefined ? effects : [...effects, { kind: 'send', bytes: withMark(bytes), afterMs }],
  };
}
