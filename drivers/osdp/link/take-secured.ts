/** An answer inside the secure channel: opened, or refused. Only from here do events come. */
import type { ReceivedFrame } from '../frame/frame.ts';
import { isFailure, nakReasons } from '../messages/codes.ts';
import { capabilityFunctions, itemsOf } from '../messages/pdcap.ts';
import type { PdId } from '../messages/pdid.ts';
import { decodeReply, type Reply } from '../messages/reply.ts';
import { open } from '../secure/session.ts';
import { refuse, restart, told, withStatus } from './endings.ts';
import { answersTo } from './expected-replies.ts';
import type { LinkEffect, LinkState, LinkStep, Outstanding, PdIdentity, Phase } from './link-state.ts';
import { report } from './link-state.ts';
import { reported } from './reports.ts';
import { busyPauseMs } from './timing.ts';

type Secured = Extract<Phase, { readonly kind: 'secured' }>;

const lost: readonly number[] = [
  nakReasons.sequence,
  nakReasons.secureChannelUnsupported,
  nakReasons.securityConditionsNotMet,
];

export function takeSecured(state: LinkState, phase: Secured, frame: ReceivedFrame, nowMs: number): LinkStep {
  const { outstanding } = state;
  if (outstanding?.session === undefined) return { state, effects: [] };
  const opened = open(outstanding.session, frame);
  if (opened.kind === 'refused') {
    if (opened.refusal !== 'plain') return refuse(state, opened.refusal, nowMs);
    const clear = decodeReply(frame);
    // It has lost the channel (a power cut). Whoever else says so gains nothing: the key stays the same.
    if (!isFailure(clear) && clear.kind === 'NAK') return restart(state, 'channelLost', nowMs);
    // Anybody on the line can say this: it is not believed, and the genuine answer may still come.
    return told(state, 'plain');
  }
  const answered: LinkState = {
    ...state,
    outstanding: undefined,
    sequence: (outstanding.sequence % 3) + 1,
    probes: 0,
    heardMs: state.status === 'online' ? nowMs : state.heardMs,
  };
  const secured: Secured = { ...phase, session: opened.session };
  const reply = decodeReply(opened.message);
  if (isFailure(reply)) return failed(answered, secured, outstanding, 'malformedReply', nowMs);
  if (reply.kind === 'BUSY') {
    return freed({ ...answered, phase: secured, dueMs: nowMs + busyPauseMs });
  }
  if (reply.kind === 'NAK') {
    if (lost.includes(reply.reason)) return restart(answered, 'channelLost', nowMs);
    return nakked(answered, secured, outstanding, reply.reason, nowMs);
  }
  if (!answersTo(outstanding.command.kind, reply.kind))
    return failed(answered, secured, outstanding, 'unexpectedReply', nowMs);
  return done(answered, secured, outstanding, reply, nowMs);
}

const freed = (state: LinkState, effects: readonly LinkEffect[] = []): LinkStep => ({
  state,
  effects: [{ kind: 'free' }, ...effects],
});

/**
 * The command has been dealt with, well or not: it leaves the agenda or the requests. A poll of the agenda leaves it when
 * there is nothing more to hear (`empty`).
 */
function settled(
  state: LinkState,
  phase: Secured,
  { request, sentAtMs, command }: Outstanding,
  empty = command.kind !== 'POLL',
): LinkState {
  const agenda = phase.agenda[0] === command && empty ? phase.agenda.slice(1) : phase.agenda;
  const requests = request === undefined ? state.requests : state.requests.slice(1);
  const more = agenda.length > 0 || requests.length > 0;
  return {
    ...state,
    phase: { ...phase, agenda },
    requests,
    dueMs: more ? sentAtMs : sentAtMs + state.settings.pollEveryMs,
  };
}

/** An authenticated answer that makes no sense: no reason to leave, and none to believe anything. */
function failed(
  state: LinkState,
  phase: Secured,
  outstanding: Outstanding,
  refusal: 'malformedReply' | 'unexpectedReply',
  nowMs: number,
): LinkStep {
  const { kind } = outstanding.command;
  // Without these two there is no identity and no key.
  if (kind === 'ID' || kind === 'KEYSET') return refuse({ ...state, phase }, refusal, nowMs);
  const { request } = outstanding;
  const step = told(settled(state, phase, outstanding), refusal);
  return freed(step.state, [
    ...step.effects,
    ...(request === undefined ? [] : [report({ kind: 'failed', id: request, why: 'unexpectedReply' })]),
  ]);
}

function nakked(
  state: LinkState,
  phase: Secured,
  outstanding: Outstanding,
  reason: number,
  nowMs: number,
): LinkStep {
  const { command, request } = outstanding;
  if (command.kind === 'ID') return refuse(state, 'unexpectedReply', nowMs);
  const after = settled(state, phase, outstanding, true);
  if (command.kind === 'KEYSET') {
    const step = restart({ ...after, next: undefined, window: undefined }, 'keyNotTaken', nowMs);
    return { ...step, effects: [...step.effects, report({ kind: 'keyFailed', why: 'notTaken' })] };
  }
  return freed(
    after,
    request === undefined ? [] : [report({ kind: 'failed', id: request, why: { nak: reason } })],
  );
}

function done(
  state: LinkState,
  phase: Secured,
  outstanding: Outstanding,
  reply: Reply,
  nowMs: number,
): LinkStep {
  const { command, request } = outstanding;
  const after = settled(state, phase, outstanding, command.kind !== 'POLL' || reply.kind === 'ACK');
  // Before it is online it is only listened to empty.
  if (command.kind === 'POLL' && state.status !== 'online') return freed(after);
  // The peripheral has the key: begin anew with it.
  if (command.kind === 'KEYSET') return restart({ ...after, failures: 0 }, 'newKey', nowMs);
  if (reply.kind === 'PDID') return identified(after, phase, reply, nowMs);

  const news = reported(after, reply);
  const effects = [
    ...(news.report === undefined ? [] : [report(news.report)]),
    ...(request === undefined ? [] : [report({ kind: 'answered', id: request, reply })]),
  ];
  if (reply.kind === 'PDCAP') return freed(withAgenda(news.state, inventory(reply.capabilities)), effects);
  // An ACK does not prove that the relay moved.
  if (command.kind === 'OUT' && reply.kind === 'ACK')
    return freed(withAgenda({ ...news.state, dueMs: nowMs }, ['OSTAT']), effects);
  // Where something came, there may be more.
  const eager = command.kind === 'POLL' && reply.kind !== 'ACK';
  return freed(eager ? { ...news.state, dueMs: nowMs } : news.state, effects);
}

function withAgenda(state: LinkState, kinds: readonly ('ISTAT' | 'OSTAT')[]): LinkState {
  const { phase } = state;
  if (phase.kind !== 'secured') return state;
  return { ...state, phase: { ...phase, agenda: [...phase.agenda, ...kinds.map((kind) => ({ kind }))] } };
}

/** What else to ask. A capability decides nothing more than this. */
const inventory = (
  capabilities: Extract<Reply, { readonly kind: 'PDCAP' }>['capabilities'],
): readonly ('ISTAT' | 'OSTAT')[] => [
  ...(itemsOf(capabilities, capabilityFunctions.contactStatus) > 0 ? (['ISTAT'] as const) : []),
  ...(itemsOf(capabilities, capabilityFunctions.outputControl) > 0 ? (['OSTAT'] as const) : []),
];

/** Who it is, under a MAC: the pinned one, or nobody. */
function identified(state: LinkState, { choice, cuid }: Secured, id: PdId, nowMs: number): LinkStep {
  const { vendor, model, version, serial, firmware } = id;
  const identity: PdIdentity = { cuid, vendor, model, version, serial, firmware };
  const { pinned, next } = state;
  const isNew = choice.kind === 'next' && next?.how === 'commissioned';
  if (pinned !== undefined && !isNew && !samePin(pinned, identity))
    return refuse(state, 'identityChanged', nowMs);

  const keyed = choice.kind === 'next' && next !== undefined;
  const keyFailed = choice.kind === 'own' && next !== undefined;
  const online = withStatus(
    {
      ...state,
      ...(keyed ? { scbk: choice.key, window: undefined } : {}),
      next: undefined,
      pinned: isNew || pinned === undefined ? identity : pinned,
    },
    'online',
    'secured',
    nowMs,
  );
  return freed(online.state, [
    ...online.effects,
    report({ kind: 'identity', identity }),
    ...(keyed ? [report({ kind: 'keyed', how: next.how, key: choice.key, identity })] : []),
    ...(keyFailed ? [report({ kind: 'keyFailed', why: 'notTaken' })] : []),
  ]);
}

const samePin = (pinned: NonNullable<LinkState['pinned']>, identity: PdIdentity): boolean =>
  pinned.cuid === identity.cuid &&
  pinned.vendor === identity.vendor &&
  pinned.model === identity.model &&
  pinned.serial === identity.serial;
