/**
 * The door, as a pure machine in ONVIF's words (DESIGN section 5). What must hold:
 *
 * 1. No credential, command or schedule releases a door that is LockedDown or Blocked; REX (where configured) and fire release
 *    in every mode.
 * 2. A release by access ends at its time whatever else happens; one by REX while its button is not pressed likewise.
 * 3. The mode is computed from its causes, never restored (modes.ts).
 * 4. An alarm ends when its cause has, and says so; nothing else silences it.
 */
import type { DoorMode } from '../access/facts.ts';
import { boltJudged, standingJudged, timeStanding } from './alarms.ts';
import { isBarred, modeOf, orderOf } from './modes.ts';
import { reactToAccess, reactToAccessTimer, reactToMonitor, withoutAccess } from './passages.ts';
import { type Reaction, report } from './reaction.ts';
import type {
  Contact,
  DoorConfiguration,
  DoorEffect,
  DoorInput,
  DoorMachineState,
  DoorStep,
  DoorTimer,
  LineFault,
} from './state.ts';

/** After this a pressed button is more likely stuck than pressed. */
const rexHeldMs = 60_000;

/**
 * Takes one input. Reports come first among the effects: they are committed before anything moves.
 * @param nowMs of a monotonic clock
 */
export function stepDoor(
  state: DoorMachineState,
  input: DoorInput,
  door: DoorConfiguration,
  nowMs: number,
): DoorStep {
  let reaction = react(state, input, door, nowMs);
  // Whatever bars a door also ends what it was opened for.
  if (isBarred(reaction.next)) reaction = chain(reaction, (next) => withoutAccess(next, door.wiring));
  const anew = startsPassage(input, reaction.effects);
  reaction = chain(reaction, (next) => standingJudged(next, door, anew));
  reaction = chain(reaction, (next) => boltJudged(next, door.wiring));
  const { next, effects } = reaction;
  const orders = ordersBetween(state, next, effects, door, nowMs);
  const isReport = ({ kind }: DoorEffect): boolean => kind === 'report';
  return {
    state: next,
    effects: [
      ...effects.filter(isReport),
      ...modesBetween(state, next),
      ...orders,
      ...effects.filter((effect) => !isReport(effect)),
    ],
  };
}

/** Timers last their new time: an expired one and one that is started anew within a step do not get in each other's way. */
function chain({ next, effects }: Reaction, then: (next: DoorMachineState) => Reaction): Reaction {
  const after = then(next);
  return { next: after.next, effects: [...effects, ...after.effects] };
}

const isPassageTimer = (effect: DoorEffect): boolean =>
  effect.kind === 'startTimer' && (effect.timer === 'access' || effect.timer === 'egress');

/** Somebody else passes: not for a button that is merely still pressed. */
const startsPassage = ({ kind }: DoorInput, effects: readonly DoorEffect[]): boolean =>
  kind !== 'timer' && effects.some(isPassageTimer);

/** Accessed comes and goes with AccessGranted, AccessTaken and AccessNotTaken, which say more. */
const lasting = (mode: DoorMode): DoorMode => (mode === 'Accessed' ? 'Locked' : mode);

function modesBetween(before: DoorMachineState, after: DoorMachineState): readonly DoorEffect[] {
  const mode = lasting(modeOf(after));
  return mode === lasting(modeOf(before)) ? [] : [report({ type: 'DoorMode', mode })];
}

/** A passage that begins anew is ordered anew, for locks that time themselves. */
function ordersBetween(
  before: DoorMachineState,
  after: DoorMachineState,
  effects: readonly DoorEffect[],
  door: DoorConfiguration,
  nowMs: number,
): readonly DoorEffect[] {
  const was = orderOf(before, door, nowMs);
  const order = orderOf(after, door, nowMs);
  const isAnew = order.kind === 'passage' && effects.some(isPassageTimer);
  const same = was.kind === order.kind && !isAnew;
  return same ? [] : [{ kind: 'order', order }];
}

function react(state: DoorMachineState, input: DoorInput, door: DoorConfiguration, nowMs: number): Reaction {
  switch (input.kind) {
    case 'accessGranted':
      return reactToAccess(state, input, door, nowMs);
    case 'lockdown':
      return { next: { ...state, lockdown: input.on }, effects: [] };
    case 'operator':
      return { next: { ...state, operator: input.mode }, effects: [] };
    case 'hours':
      return {
        next: { ...state, hours: input.hours, firstIsIn: input.hours === 'firstIn' && state.firstIsIn },
        effects: [],
      };
    case 'rex':
      return reactToRex(state, input.active, door);
    case 'fire':
      return burning({ ...state, alarmed: input.active }, door);
    case 'tamper':
      return reactToTamper(state, input.active);
    case 'monitorChatters':
      return { next: { ...state, monitorChatters: input.active }, effects: [] };
    case 'monitor':
      return reactToMonitor(state, input.open, door, nowMs);
    case 'lockMonitor':
      return reactToLockMonitor(state, input.locked);
    case 'line':
      return reactToLine(state, input.contact, input.fault, door);
    case 'alarm':
      return reactToOwnAlarm(state, input.alarm, input.active, door);
    case 'timer':
      return reactToTimer(state, input.timer, door);
    default:
      return input satisfies never;
  }
}

function reactToRex(
  state: DoorMachineState,
  active: boolean,
  { times, wiring }: DoorConfiguration,
): Reaction {
  if (active === state.rexActive) return { next: state, effects: [] };
  if (!active) {
    const effects: DoorEffect[] = [{ kind: 'cancelTimer', timer: 'rexHeld' }];
    if (state.rexHeld) effects.push(report({ type: 'RequestToExitHeldEnded' }));
    return { next: { ...state, rexActive: false, rexHeld: false }, effects };
  }
  return {
    next: { ...state, rexActive: true, egress: true },
    effects: [
      report({ type: 'RequestToExit', released: wiring.rex === 'release' }),
      { kind: 'startTimer', timer: 'egress', ms: times.accessTimeMs },
      { kind: 'startTimer', timer: 'rexHeld', ms: rexHeldMs },
    ],
  };
}

/** Where fire releases, a fire line that says nothing any more counts as fire: nobody is shut in by a burnt cable. */
function burning(state: DoorMachineState, { wiring }: DoorConfiguration): Reaction {
  const fire = wiring.fire === 'release' && (state.alarmed || state.lines.fire !== undefined);
  if (fire === state.fire) return { next: state, effects: [] };
  return {
    next: { ...state, fire },
    effects: [report({ type: fire ? 'FireReleased' : 'FireEnded' })],
  };
}

function reactToTamper(state: DoorMachineState, tampered: boolean): Reaction {
  if (tampered === state.tampered) return { next: state, effects: [] };
  return {
    next: { ...state, tampered },
    effects: [report({ type: tampered ? 'DoorTamper' : 'DoorTamperEnded' })],
  };
}

function reactToLockMonitor(state: DoorMachineState, locked: boolean): Reaction {
  if (locked === state.locked) return { next: state, effects: [] };
  return { next: { ...state, locked }, effects: [report({ type: 'LockMonitor', locked })] };
}

function reactToLine(
  state: DoorMachineState,
  contact: Contact,
  fault: LineFault | undefined,
  door: DoorConfiguration,
): Reaction {
  const { [contact]: known, ...others } = state.lines;
  if (fault === known) return { next: state, effects: [] };
  const told: Reaction = {
    next: { ...state, lines: fault === undefined ? others : { ...others, [contact]: fault } },
    effects: [
      report(
        fault === undefined ? { type: 'InputFaultEnded', contact } : { type: 'InputFault', contact, fault },
      ),
    ],
  };
  switch (contact) {
    case 'fire':
      return chain(told, (next) => burning(next, door));
    case 'rex':
      // Nobody knows whether it is still pressed: its release ends at its time.
      return fault === undefined ? told : chain(told, (next) => reactToRex(next, false, door));
    case 'monitor':
    case 'lockMonitor':
    case 'tamper':
      return told;
    default:
      return contact satisfies never;
  }
}

function reactToOwnAlarm(
  state: DoorMachineState,
  alarm: 'DoorForcedOpen' | 'DoorOpenTooLong',
  active: boolean,
  { wiring }: DoorConfiguration,
): Reaction {
  const was = alarm === 'DoorForcedOpen' ? state.forced : state.standing === 'alarm';
  if (!wiring.opensUnasked || active === was) return { next: state, effects: [] };
  const effects = [report({ type: active ? alarm : `${alarm}Ended` })];
  return alarm === 'DoorForcedOpen'
    ? { next: { ...state, forced: active }, effects }
    : { next: { ...state, standing: active ? 'alarm' : 'no' }, effects };
}

function reactToTimer(state: DoorMachineState, timer: DoorTimer, door: DoorConfiguration): Reaction {
  switch (timer) {
    case 'access':
      return reactToAccessTimer(state, door.wiring);
    case 'egress':
      // A pressed button keeps the way out free.
      return state.rexActive
        ? { next: state, effects: [{ kind: 'startTimer', timer, ms: door.times.accessTimeMs }] }
        : { next: { ...state, egress: false }, effects: [] };
    case 'open':
      return timeStanding(state, door.times);
    case 'bolt':
      return state.bolt === 'doubted'
        ? {
            next: { ...state, bolt: 'faulty' },
            effects: [report({ type: 'LockFault', locked: state.locked === true })],
          }
        : { next: state, effects: [] };
    case 'rexHeld':
      return state.rexActive
        ? { next: { ...state, rexHeld: true }, effects: [report({ type: 'RequestToExitHeld' })] }
        : { next: state, effects: [] };
    default:
      return timer satisfies never;
  }
}
