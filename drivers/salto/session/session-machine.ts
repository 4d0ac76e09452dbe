/**
 * One connection to a SHIP server as a pure machine: bytes and timers in, effects out. What must hold:
 *
 * 1. One call is under way at a time: SHIP's answers carry no number, so only their order says what they answer.
 * 2. Every call gets one outcome, at the latest when its time is over. One that still waits then is never sent: nobody
 *    stands at that door any more. What lasts has its time from when it is sent: a lock that hangs keeps it from no other
 *    door. One that was sent is never sent again.
 * 3. Whatever is wrong with an answer concerns its call only, and ends the connection: what follows cannot be trusted to
 *    answer the next call. The calls that wait go out on a new one.
 * 4. A connection that cannot be made fails the calls that wait for it, and is tried again after a pause that grows with each
 *    failure in a row; at once where somebody waits at a door.
 */
import { readReply, writeCall } from '../ship/call.ts';
import { nothingPending, readFrames } from '../ship/frame.ts';
import {
  type CallFault,
  initialSession,
  maxWaiting,
  type SessionCall,
  type SessionEffect,
  type SessionInput,
  type SessionSetup,
  type SessionState,
  type SessionStep,
  type SessionTimer,
  type SessionTiming,
} from './session-state.ts';

/** @param random 0 inclusive to 1 exclusive, drawn anew for each input: where in its bounds a pause lies. */
export function stepSession(
  state: SessionState,
  input: SessionInput,
  setup: SessionSetup,
  random: number,
): SessionStep {
  const step = react(state, input, setup);
  if (step.kind === 'step') return step;
  return fail(step.state, step.fault, { timing: setup.timing, random, before: step.before });
}

type Reaction =
  | ({ readonly kind: 'step' } & SessionStep)
  /** The connection is to be ended, and its call under way gets `fault`. */
  | {
      readonly kind: 'failure';
      readonly state: SessionState;
      readonly fault: CallFault;
      readonly before: readonly SessionEffect[];
    };

const stepTo = (state: SessionState, effects: readonly SessionEffect[] = []): Reaction => ({
  kind: 'step',
  state,
  effects,
});

const failureOf = (
  state: SessionState,
  fault: CallFault,
  before: readonly SessionEffect[] = [],
): Reaction => ({ kind: 'failure', state, fault, before });

function react(state: SessionState, input: SessionInput, setup: SessionSetup): Reaction {
  const { phase } = state;
  if (phase.kind === 'closed') {
    return stepTo(state, input.kind === 'call' ? [faulted(input.call, 'closed')] : []);
  }
  switch (input.kind) {
    case 'open':
      return phase.kind === 'resting' ? connect(state, setup, []) : stepTo(state);
    case 'call':
      return ask(state, input.call, setup);
    case 'connected':
      return phase.kind === 'connecting' ? sendNext(ready(state), setup, [cancel('connect')]) : stepTo(state);
    case 'received':
      return receive(state, input.bytes, setup);
    case 'lost':
      return phase.kind === 'resting' ? stepTo(state) : failureOf(state, 'cut');
    case 'timer':
      return onTimer(state, input.timer, setup);
    case 'close':
      return close(state);
    default:
      return input satisfies never;
  }
}

const cancel = (timer: SessionTimer): SessionEffect => ({ kind: 'cancelTimer', timer });

const faulted = ({ id }: SessionCall, fault: CallFault): SessionEffect => ({
  kind: 'outcome',
  id,
  outcome: { kind: 'fault', fault },
});

const startOf = ({ id, withinMs }: SessionCall): SessionEffect => ({
  kind: 'startTimer',
  timer: `call ${id}`,
  ms: withinMs,
});

const ready = (state: SessionState): SessionState => ({
  ...state,
  phase: { kind: 'ready' },
  pending: nothingPending,
});

const connect = (
  state: SessionState,
  { timing }: Pick<SessionSetup, 'timing'>,
  before: readonly SessionEffect[],
): Reaction & SessionStep => ({
  kind: 'step',
  state: { ...state, phase: { kind: 'connecting' } },
  effects: [
    ...before,
    cancel('retry'),
    { kind: 'connect' },
    { kind: 'startTimer', timer: 'connect', ms: timing.connectWithinMs },
  ],
});

function ask(state: SessionState, call: SessionCall, setup: SessionSetup): Reaction {
  if (state.waiting.length >= maxWaiting) return stepTo(state, [faulted(call, 'tooLate')]);
  const isPause = state.phase.kind === 'resting' && state.failures > 0;
  if (isPause && !call.urgent) return stepTo(state, [faulted(call, 'unreachable')]);
  const next: SessionState = { ...state, waiting: [...state.waiting, call] };
  const started = call.lasts === true ? [] : [startOf(call)];
  if (state.phase.kind === 'ready') return sendNext(next, setup, started);
  return state.phase.kind === 'resting' ? connect(next, setup, started) : stepTo(next, started);
}

/** From `ready` on. */
function sendNext(
  state: SessionState,
  { dialect }: SessionSetup,
  before: readonly SessionEffect[],
): Reaction {
  const [call, ...waiting] = state.waiting;
  if (call === undefined) return stepTo(state, before);
  return stepTo({ ...state, phase: { kind: 'calling', call }, waiting }, [
    ...before,
    ...(call.lasts === true ? [startOf(call)] : []),
    { kind: 'send', frame: writeCall(call.call, dialect) },
  ]);
}

function receive(state: SessionState, bytes: Uint8Array, setup: SessionSetup): Reaction {
  if (state.phase.kind === 'ready') return failureOf(state, 'otherReply');
  if (state.phase.kind !== 'calling') return stepTo(state);
  const { pending, bodies, fault } = readFrames(state.pending, bytes);
  const [body, ...more] = bodies;
  if (body === undefined)
    return fault === undefined ? stepTo({ ...state, pending }) : failureOf(state, fault);
  const { call } = state.phase;
  const reply = readReply(body, call.call.name, setup.dialect);
  if (reply.kind === 'unreadable') return failureOf(state, reply.fault);
  const rest: SessionState = { ...ready(state), failures: 0 };
  const answered: readonly SessionEffect[] = [
    cancel(`call ${call.id}`),
    { kind: 'outcome', id: call.id, outcome: reply },
  ];
  // Said unasked: nothing that follows can be told from an answer.
  const isMore = more.length > 0 || fault !== undefined || pending.length > 0;
  return isMore ? failureOf(rest, 'otherReply', answered) : sendNext(rest, setup, answered);
}

function fail(
  state: SessionState,
  fault: CallFault,
  {
    timing,
    random,
    before,
  }: {
    readonly timing: SessionTiming;
    readonly random: number;
    readonly before: readonly SessionEffect[];
  },
): SessionStep {
  const { phase, waiting } = state;
  const ended: SessionEffect[] = [...before, cancel('connect'), { kind: 'disconnect' }];
  if (phase.kind === 'calling') ended.push(cancel(`call ${phase.call.id}`), faulted(phase.call, fault));
  const unmade = phase.kind === 'connecting' ? waiting : [];
  for (const call of unmade) ended.push(cancel(`call ${call.id}`), faulted(call, 'unreachable'));
  const resting: SessionState = {
    phase: { kind: 'resting' },
    waiting: waiting.slice(unmade.length),
    pending: nothingPending,
    failures: Math.min(state.failures + 1, 16),
  };
  if (resting.waiting.length > 0) return connect(resting, { timing }, ended);
  const ceilingMs = Math.min(timing.retryMaxMs, timing.retryMinMs * 2 ** resting.failures);
  const ms = timing.retryMinMs + random * (ceilingMs - timing.retryMinMs);
  return { state: resting, effects: [...ended, { kind: 'startTimer', timer: 'retry', ms }] };
}

function onTimer(state: SessionState, timer: SessionTimer, setup: SessionSetup): Reaction {
  const { phase, waiting } = state;
  if (timer === 'retry') return phase.kind === 'resting' ? connect(state, setup, []) : stepTo(state);
  if (timer === 'connect')
    return phase.kind === 'connecting' ? failureOf(state, 'unreachable') : stepTo(state);
  const isMeant = ({ id }: SessionCall): boolean => timer === `call ${id}`;
  if (phase.kind === 'calling' && isMeant(phase.call)) return failureOf(state, 'silent');
  const late = waiting.filter(isMeant);
  const fault = phase.kind === 'connecting' ? 'unreachable' : 'tooLate';
  return stepTo(
    { ...state, waiting: waiting.filter((call) => !isMeant(call)) },
    late.map((call) => faulted(call, fault)),
  );
}

function close(state: SessionState): Reaction {
  const calls = [...(state.phase.kind === 'calling' ? [state.phase.call] : []), ...state.waiting];
  return stepTo({ ...initialSession, phase: { kind: 'closed' } }, [
    cancel('connect'),
    cancel('retry'),
    { kind: 'disconnect' },
    ...calls.flatMap((call) => [cancel(`call ${call.id}`), faulted(call, 'closed')]),
  ]);
}
