/**
 * The line between the port of the phone and the engine's control channel, pure. What must hold:
 *
 * 1. At most one leg; the engine carries out commands in order and answers each, so an event belongs to a leg only after
 *    the engine has taken its dial, and only with that leg's Call-ID.
 * 2. Nothing is told of a leg that was hung up or dialled over, and `ended` is the last of its leg.
 * 3. Digits count once, and only between `answered` and `ended`.
 * 4. Nobody gets through to the console from outside.
 * 5. An answer that the engine cannot read ends its leg, and no other: it names none, and its sender repeats it for 32 s.
 */
import type { DtmfDigit, LegEnd, LegEvent } from '../../controller/core/call/line.ts';
import type { EngineMessage } from './engine-message.ts';
import { legEndOf } from './leg-end.ts';

interface LineLeg {
  readonly id: string;
  /** `asked`: the engine has not taken the dial yet. */
  readonly phase: 'asked' | 'placed' | 'ringing' | 'answered';
  /** SIP Call-ID, known from its first sign. */
  readonly call?: string;
  readonly audioFailed?: true;
  /** When something unreadable came before its first sign. */
  readonly unreadableMs?: number;
  /** When each key was last heard. */
  readonly heardMs?: Readonly<Partial<Record<DtmfDigit, number>>>;
}

export interface SipLine {
  readonly leg?: LineLeg;
  /** Call-IDs of the last legs, whose late signs mean nothing. */
  readonly former: readonly string[];
  /** Until then what is unreadable may be of an earlier leg. */
  readonly deafUntilMs?: number;
}

export type SipLineInput =
  /** `uri`: absent where the number cannot be dialled. */
  | { readonly kind: 'dial'; readonly leg: string; readonly uri?: string }
  /** The phone cannot place calls now. */
  | { readonly kind: 'dialInVain'; readonly leg: string }
  | { readonly kind: 'hangUp'; readonly leg: string }
  | { readonly kind: 'message'; readonly message: EngineMessage; readonly nowMs: number }
  /** Something came that the engine cannot read. */
  | { readonly kind: 'unreadable'; readonly nowMs: number }
  /** The leg cannot be placed; said in a later turn than its dial. */
  | { readonly kind: 'impossible'; readonly leg: string; readonly why: LegEnd }
  | { readonly kind: 'engineLost' };

export type SipLineEffect =
  | { readonly kind: 'tell'; readonly event: LegEvent }
  | {
      readonly kind: 'command';
      readonly command: 'dial' | 'hangup';
      readonly params?: string;
      readonly token: string;
    }
  | { readonly kind: 'impossibleLater'; readonly leg: string; readonly why: LegEnd }
  | { readonly kind: 'inboundRefused' }
  /** What the leg played or heard with has failed. */
  | { readonly kind: 'audioFailed' };

export interface SipLineStep {
  readonly line: SipLine;
  readonly effects: readonly SipLineEffect[];
}

export const idleLine: SipLine = { former: [] };

const keptFormer = 8;
/** Some phones send a key both as RFC 4733 and as INFO; nobody presses one twice as fast. */
const sameKeyMs = 200;
/** RFC 3261, 17.2.1: timer H is 64 times T1; with a little for the way. */
const answerRepeatedForMs = 33_000;
const digits: ReadonlySet<string> = new Set('0123456789*#');

export function stepSipLine(line: SipLine, input: SipLineInput): SipLineStep {
  switch (input.kind) {
    case 'dial':
      return dial(line, input.leg, input.uri);
    case 'dialInVain':
      return {
        line: { ...without(line), leg: { id: input.leg, phase: 'asked' } },
        effects: [
          ...(line.leg === undefined ? [] : [hangUp]),
          { kind: 'impossibleLater', leg: input.leg, why: 'failed' },
        ],
      };
    case 'hangUp':
      return line.leg?.id === input.leg ? { line: without(line), effects: [hangUp] } : still(line);
    case 'impossible':
      return line.leg?.id === input.leg ? ended(line, line.leg, input.why) : still(line);
    case 'engineLost':
      return line.leg === undefined ? still(line) : ended(line, line.leg, 'failed');
    case 'message':
      return onMessage(line, input.message, input.nowMs);
    case 'unreadable':
      return onUnreadable(line, input.nowMs);
    default:
      return input satisfies never;
  }
}

function dial(line: SipLine, id: string, uri: string | undefined): SipLineStep {
  const clear = line.leg === undefined ? [] : [hangUp];
  const next: SipLine = { ...without(line), leg: { id, phase: 'asked' } };
  if (uri === undefined)
    return { line: next, effects: [...clear, { kind: 'impossibleLater', leg: id, why: 'unknownNumber' }] };
  return { line: next, effects: [...clear, { kind: 'command', command: 'dial', params: uri, token: id }] };
}

function onMessage(line: SipLine, message: EngineMessage, nowMs: number): SipLineStep {
  const { leg } = line;
  if (message.kind === 'response') {
    if (leg?.phase !== 'asked' || message.token !== leg.id) return still(line);
    return message.ok ? still({ ...line, leg: { ...leg, phase: 'placed' } }) : ended(line, leg, 'failed');
  }
  if (message.kind !== 'call') return still(line);
  if (message.inbound) return message.what === 'incoming' ? inbound(line) : still(line);
  if (leg === undefined || leg.phase === 'asked' || line.former.includes(message.call)) return still(line);
  if (leg.call !== undefined && leg.call !== message.call) return still(line);
  return onSign(line, { ...leg, call: message.call }, message, nowMs);
}

/**
 * The first may be anybody's; the second in a leg without a sign is its answer, sent again because nobody confirms it (RFC
 * 3261, 17.2.1). With a sign the leg rings, and ends in its own time.
 */
function onUnreadable(line: SipLine, nowMs: number): SipLineStep {
  const { leg } = line;
  if (leg === undefined || nowMs < (line.deafUntilMs ?? nowMs)) return still(line);
  if (leg.phase !== 'asked' && leg.phase !== 'placed') return still(line);
  const heard: LineLeg = { ...leg, unreadableMs: nowMs };
  if (leg.unreadableMs === undefined) return still({ ...line, leg: heard });
  const { line: next, effects } = ended({ ...line, leg: heard }, heard, 'failed');
  return { line: next, effects: [hangUp, ...effects] };
}

/** The engine knows only "the present call": where a leg of ours was begun in the same instant, both end. */
const inbound = (line: SipLine): SipLineStep => {
  const refused: readonly SipLineEffect[] = [hangUp, { kind: 'inboundRefused' }];
  if (line.leg === undefined) return { line, effects: refused };
  const { line: next, effects } = ended(line, line.leg, 'failed');
  return { line: next, effects: [hangUp, ...refused, ...effects] };
};

function onSign(
  line: SipLine,
  leg: LineLeg,
  { what, param }: Extract<EngineMessage, { kind: 'call' }>,
  nowMs: number,
): SipLineStep {
  const known: SipLine = { ...line, leg };
  switch (what) {
    case 'ringing':
      if (leg.phase !== 'placed') return still(known);
      return tell({ ...line, leg: { ...leg, phase: 'ringing' } }, { leg: leg.id, kind: 'ringing' });
    case 'answered':
      if (leg.phase === 'answered') return still(known);
      return tell({ ...line, leg: { ...leg, phase: 'answered' } }, { leg: leg.id, kind: 'answered' });
    case 'digit':
      return pressed(known, leg, param, nowMs);
    case 'audioFailed':
      return { line: { ...line, leg: { ...leg, audioFailed: true } }, effects: [{ kind: 'audioFailed' }] };
    case 'closed':
      return ended(known, leg, leg.audioFailed ? 'failed' : legEndOf(param, leg.phase === 'answered'));
    case 'incoming':
      return still(known);
    default:
      return what satisfies never;
  }
}

function pressed(line: SipLine, leg: LineLeg, digit: string, nowMs: number): SipLineStep {
  if (leg.phase !== 'answered' || !isDigit(digit)) return still(line);
  const lastMs = leg.heardMs?.[digit];
  if (lastMs !== undefined && nowMs - lastMs < sameKeyMs) return still(line);
  return tell(
    { ...line, leg: { ...leg, heardMs: { ...leg.heardMs, [digit]: nowMs } } },
    { leg: leg.id, kind: 'digit', digit },
  );
}

const isDigit = (text: string): text is DtmfDigit => digits.has(text);

const ended = (line: SipLine, leg: LineLeg, why: LegEnd): SipLineStep =>
  tell(without(line), { leg: leg.id, kind: 'ended', why });

function without({ leg, former, deafUntilMs }: SipLine): SipLine {
  const until = leg?.unreadableMs === undefined ? deafUntilMs : leg.unreadableMs + answerRepeatedForMs;
  return {
    former: leg?.call === undefined ? former : [...former, leg.call].slice(-keptFormer),
    ...(until === undefined ? {} : { deafUntilMs: until }),
  };
}

const hangUp: SipLineEffect = { kind: 'command', command: 'hangup', token: '' };
const still = (line: SipLine): SipLineStep => ({ line, effects: [] });
const tell = (line: SipLine, event: LegEvent): SipLineStep => ({ line, effects: [{ kind: 'tell', event }] });
