/**
 * One line and the peripherals on it: `stepBus(state, input)`. Pure; time and random bytes are given. What holds:
 *
 * - One command is on the line at a time, and only the peripheral that it went to is listened to.
 * - The line goes to whoever has been due for longest: nobody waits behind one that always has something to say.
 * - What is kept of the line's bytes is less than one frame; an exchange ends in time, whatever streams in.
 */
import { maxFrameBytes, replyBit } from '../frame/constants.ts';
import type { ReceivedFrame } from '../frame/frame.ts';
import { flushFrames, nothingPending, parseFrames } from '../frame/parser.ts';
import { type LinkInput, type LinkOrder, stepLink } from './link-machine.ts';
import {
  type LinkEffect,
  type LinkReport,
  type LinkSettings,
  type LinkState,
  newLink,
} from './link-state.ts';
import { measured, type NoiseMeter, quiet } from './noise-meter.ts';
import { byteGapMs, longAnswerBytes, onLineMs } from './timing.ts';

interface Exchange {
  readonly link: number;
  readonly deadlineMs: number;
  /** However much is coming in. */
  readonly latestMs: number;
  /** And however long the frame says that it is. */
  readonly longestMs: number;
}

export interface BusState {
  readonly links: readonly LinkState[];
  readonly open: boolean;
  readonly pending: Uint8Array;
  readonly exchange: Exchange | undefined;
  readonly noise: NoiseMeter;
  /** Since when something has been asked and not a byte has come. */
  readonly unheardSinceMs: number | undefined;
  /** Silence for so long, and the port is opened anew. */
  readonly patienceMs: number;
}

export type BusInput =
  | { readonly kind: 'opened' | 'lost' | 'tick' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'order'; readonly address: number; readonly order: WithoutTime<LinkOrder> };
type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never;

/** `nowMs` is monotonic; `rndA` is 8 fresh random bytes. */
export interface Moment {
  readonly nowMs: number;
  readonly rndA: Uint8Array;
}

type BusEffect =
  | { readonly kind: 'transmit'; readonly bytes: Uint8Array }
  | { readonly kind: 'report'; readonly address: number; readonly report: LinkReport }
  /** The line has become noisy, or quiet again. */
  | { readonly kind: 'noise'; readonly noisy: boolean }
  /** Not a byte has come for long: a pulled adapter says nothing else. Close the port and open it, with back-off. */
  | { readonly kind: 'reopen' }
  /** Come back with `tick` then; takes the place of the one before. */
  | { readonly kind: 'wake'; readonly atMs: number };

export interface BusStep {
  readonly state: BusState;
  readonly effects: readonly BusEffect[];
}

const firstPatienceMs = 2_500;
const longestPatienceMs = 30_000;

export const newBus = (peripherals: readonly LinkSettings[]): BusState => ({
  links: peripherals.map(newLink),
  open: false,
  pending: nothingPending,
  exchange: undefined,
  noise: quiet,
  unheardSinceMs: undefined,
  patienceMs: firstPatienceMs,
});

export function stepBus(state: BusState, input: BusInput, moment: Moment): BusStep {
  const taken = take(state, input, moment.nowMs);
  const turned = nextTurn(taken.state, moment);
  const atMs = wakeAt(turned.state);
  return {
    state: turned.state,
    effects: [
      ...taken.effects,
      ...turned.effects,
      ...(atMs === undefined ? [] : [{ kind: 'wake' as const, atMs }]),
    ],
  };
}

function take(state: BusState, input: BusInput, nowMs: number): BusStep {
  switch (input.kind) {
    case 'opened':
      return { state: opened(state, nowMs), effects: [] };
    case 'lost':
      return lost(state, nowMs);
    case 'tick':
      return tick(state, nowMs);
    case 'bytes':
      return bytes(state, input.bytes, nowMs);
    case 'order': {
      const link = state.links.findIndex(({ settings }) => settings.address === input.address);
      return link < 0 ? { state, effects: [] } : stepOne(state, link, { ...input.order, nowMs });
    }
    default:
      return input satisfies never;
  }
}

/** Everybody is asked at once, and given time: who was there before may be there again. */
const opened = (state: BusState, nowMs: number): BusState => ({
  ...state,
  open: true,
  unheardSinceMs: undefined,
  pending: nothingPending,
  links: state.links.map((link) => ({ ...link, dueMs: nowMs, probes: 0 })),
});

function bytes(state: BusState, chunk: Uint8Array, nowMs: number): BusStep {
  const { pending, frames, strayBytes } = parseFrames(state.pending, chunk);
  const heard = { ...state, pending, unheardSinceMs: undefined, patienceMs: firstPatienceMs };
  const noted = note(heard, strayBytes, nowMs);
  const step = then(noted, (next) => answers(next, frames, nowMs));
  const { exchange } = step.state;
  if (exchange === undefined || pending.length === 0) return step;
  // An answer has begun: it may end.
  const latestMs = latestOf(step.state, exchange, nowMs);
  const deadlineMs = Math.min(latestMs, Math.max(exchange.deadlineMs, nowMs + byteGapMs));
  return { ...step, state: { ...step.state, exchange: { ...exchange, deadlineMs, latestMs } } };
}

/**
 * A peripheral in session is given the time that its frame claims, up to the longest of OSDP. Not so one that is not: it could
 * hold the others up for ever, while three wrong answers end a session.
 */
function latestOf({ links, pending }: BusState, exchange: Exchange, nowMs: number): number {
  const link = links[exchange.link];
  const [, address, low, high] = pending;
  if (link?.phase.kind !== 'secured' || low === undefined || high === undefined) return exchange.latestMs;
  if (address !== (link.settings.address | replyBit)) return exchange.latestMs;
  const restBytes = (low | (high << 8)) - pending.length;
  const endsMs = nowMs + onLineMs(restBytes, link.settings.baudRate) + byteGapMs;
  return Math.min(exchange.longestMs, Math.max(exchange.latestMs, endsMs));
}

/** Frames of the peripheral whose turn it is; our own echo and everybody else's are none of its business. */
function answers(state: BusState, frames: readonly ReceivedFrame[], nowMs: number): BusStep {
  let step: BusStep = { state, effects: [] };
  for (const frame of frames) {
    step = then(step, (now) => {
      const { exchange, links } = now;
      if (exchange === undefined || !frame.reply) return { state: now, effects: [] };
      if (links[exchange.link]?.settings.address !== frame.address) return { state: now, effects: [] };
      return stepOne(now, exchange.link, { kind: 'reply', nowMs, frame });
    });
  }
  return step;
}

function tick(state: BusState, nowMs: number): BusStep {
  const { exchange, open, pending } = state;
  if (!open) return everyLink(state, 'noLine', nowMs);
  let step = note(state, 0, nowMs);
  if (exchange !== undefined && nowMs >= exchange.deadlineMs) {
    // The right answer may stand behind noise that claimed to be longer.
    const flushed = flushFrames(pending);
    step = then(step, (now) => note({ ...now, pending: nothingPending }, flushed.strayBytes, nowMs));
    step = then(step, (now) => answers(now, flushed.frames, nowMs));
    step = then(step, (now) =>
      now.exchange === undefined
        ? { state: now, effects: [] }
        : stepOne(now, exchange.link, { kind: 'silence', nowMs }),
    );
  }
  const silentMs = impatientAt(step.state);
  if (silentMs === undefined || nowMs < silentMs) return step;
  return then(step, (now) => ({
    state: { ...now, unheardSinceMs: nowMs, patienceMs: Math.min(longestPatienceMs, 2 * now.patienceMs) },
    effects: [{ kind: 'reopen' }],
  }));
}

/** When the silence has lasted for too long. */
const impatientAt = ({ unheardSinceMs, patienceMs }: BusState): number | undefined =>
  unheardSinceMs === undefined ? undefined : unheardSinceMs + patienceMs;

function lost(state: BusState, nowMs: number): BusStep {
  return everyLink(
    { ...state, open: false, exchange: undefined, pending: nothingPending },
    'lineLost',
    nowMs,
  );
}

function everyLink(state: BusState, kind: 'lineLost' | 'noLine', nowMs: number): BusStep {
  let step: BusStep = { state, effects: [] };
  for (const link of state.links.keys()) step = then(step, (now) => stepOne(now, link, { kind, nowMs }));
  return step;
}

function nextTurn(state: BusState, { nowMs, rndA }: Moment): BusStep {
  if (!state.open || state.exchange !== undefined) return { state, effects: [] };
  const link = longestDue(state.links);
  const due = state.links[link];
  if (due === undefined || due.dueMs > nowMs) return { state, effects: [] };
  // What is still lying about belongs to an exchange that is over.
  return stepOne({ ...state, pending: nothingPending }, link, { kind: 'turn', nowMs, rndA });
}

const longestDue = (links: readonly LinkState[]): number =>
  links.reduce((best, { dueMs }, i) => (dueMs < (links[best]?.dueMs ?? dueMs) ? i : best), 0);

function stepOne(state: BusState, link: number, input: LinkInput): BusStep {
  const before = state.links[link];
  if (before === undefined) return { state, effects: [] };
  const { state: after, effects } = stepLink(before, input);
  let next: BusState = { ...state, links: state.links.with(link, after) };
  const out: BusEffect[] = [];
  for (const effect of effects) {
    if (effect.kind === 'transmit') {
      next = {
        ...next,
        exchange: exchangeOf(after, link, effect, input.nowMs),
        unheardSinceMs: next.unheardSinceMs ?? input.nowMs,
      };
      out.push({ kind: 'transmit', bytes: effect.bytes });
    } else if (effect.kind === 'report') {
      out.push({ kind: 'report', address: after.settings.address, report: effect.report });
    } else if (next.exchange?.link === link) {
      next = { ...next, exchange: undefined };
    }
  }
  return { state: next, effects: out };
}

function exchangeOf(
  { settings }: LinkState,
  link: number,
  { timeoutMs }: Extract<LinkEffect, { readonly kind: 'transmit' }>,
  nowMs: number,
): Exchange {
  const deadlineMs = nowMs + timeoutMs;
  return {
    ...{ link, deadlineMs },
    latestMs: deadlineMs + onLineMs(longAnswerBytes, settings.baudRate),
    longestMs: deadlineMs + onLineMs(maxFrameBytes, settings.baudRate) + byteGapMs,
  };
}

function note(state: BusState, strayBytes: number, nowMs: number): BusStep {
  const noise = measured(state.noise, strayBytes, nowMs);
  return {
    state: { ...state, noise },
    effects: noise.noisy === state.noise.noisy ? [] : [{ kind: 'noise', noisy: noise.noisy }],
  };
}

/** When something happens by itself next: while the port is closed, only the end of a window. */
function wakeAt(state: BusState): number | undefined {
  const { open, exchange, links } = state;
  if (links.length === 0) return undefined;
  if (!open) {
    const ends = links.flatMap(({ window }) => window?.untilMs ?? []);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }
  const lineMs = exchange?.deadlineMs ?? Math.min(...links.map(({ dueMs }) => dueMs));
  return Math.min(lineMs, impatientAt(state) ?? lineMs);
}

const then = ({ state, effects }: BusStep, more: (state: BusState) => BusStep): BusStep => {
  const step = more(state);
  return { state: step.state, effects: [...effects, ...step.effects] };
};
