/** Doors that stand open too long, and bolts that do not do as the strike says: judged anew after every input. */
import { isHeldOpen, isPassing, isReleased } from './modes.ts';
import { type Reaction, report } from './reaction.ts';
import type {
  Contact,
  DoorConfiguration,
  DoorEffect,
  DoorMachineState,
  DoorTimes,
  DoorWiring,
} from './state.ts';

/** What is wrong or has been forced at a door, each until it is over. */
export type DoorAlarm =
  | 'DoorForcedOpen'
  | 'DoorOpenTooLong'
  | 'DoorTamper'
  | 'LockFault'
  | 'RequestToExitHeld'
  | `InputFault: ${Contact}`;

export function alarmsOf(state: DoorMachineState): readonly DoorAlarm[] {
  return [
    ...(state.forced ? ['DoorForcedOpen' as const] : []),
    ...(state.standing === 'alarm' ? ['DoorOpenTooLong' as const] : []),
    ...(state.tampered ? ['DoorTamper' as const] : []),
    ...(state.bolt === 'faulty' ? ['LockFault' as const] : []),
    ...(state.rexHeld ? ['RequestToExitHeld' as const] : []),
    ...(Object.keys(state.lines) as Contact[]).map((contact) => `InputFault: ${contact}` as const),
  ];
}

/** How long a bolt may take. */
const boltSettlesMs = 3_000;

/** Who passes slowly also holds the door longer. */
const allowedMs = (state: DoorMachineState, times: DoorTimes): number =>
  times.openTooLongMs + (state.slow ? Math.max(0, times.extendedAccessTimeMs - times.accessTimeMs) : 0);

const warnsBefore = ({ preAlarmMs, openTooLongMs }: DoorTimes): boolean =>
  preAlarmMs > 0 && preAlarmMs < openTooLongMs;

/**
 * The time runs while the door stands open, and begins anew with everybody who is let through meanwhile. It does not run in
 * modes that hold the door open, nor on top of the alarm of a forced door; where it ends while somebody passes, the alarm
 * waits until they should be through.
 */
export function standingJudged(
  state: DoorMachineState,
  { times, wiring }: DoorConfiguration,
  startsPassage: boolean,
): Reaction {
  if (wiring.opensUnasked) return { next: state, effects: [] };
  const { standing } = state;
  if (state.open !== true || isHeldOpen(state) || state.forced) return noLongerStanding(state);
  const startsAnew = startsPassage && standing !== 'alarm';
  if (standing === 'no' || startsAnew) {
    const ms = allowedMs(state, times) - (warnsBefore(times) ? times.preAlarmMs : 0);
    return { next: { ...state, standing: 'timing' }, effects: [{ kind: 'startTimer', timer: 'open', ms }] };
  }
  if (standing === 'due' && !isPassing(state)) return tooLong(state);
  return { next: state, effects: [] };
}

function noLongerStanding(state: DoorMachineState): Reaction {
  if (state.standing === 'no') return { next: state, effects: [] };
  const ended: readonly DoorEffect[] =
    state.standing === 'alarm' ? [report({ type: 'DoorOpenTooLongEnded' })] : [];
  return {
    next: { ...state, standing: 'no' },
    effects: [...ended, { kind: 'cancelTimer', timer: 'open' }],
  };
}

const tooLong = (state: DoorMachineState): Reaction => ({
  next: { ...state, standing: 'alarm' },
  effects: [report({ type: 'DoorOpenTooLong' })],
});

/** The `open` timer has ended. */
export function timeStanding(state: DoorMachineState, times: DoorTimes): Reaction {
  switch (state.standing) {
    case 'timing':
      if (!warnsBefore(times)) break;
      return {
        next: { ...state, standing: 'preAlarm' },
        effects: [
          report({ type: 'DoorOpenTooLongSoon' }),
          { kind: 'startTimer', timer: 'open', ms: times.preAlarmMs },
        ],
      };
    case 'preAlarm':
      break;
    case 'no':
    case 'due':
    case 'alarm':
      return { next: state, effects: [] };
    default:
      return state.standing satisfies never;
  }
  return isPassing(state) ? { next: { ...state, standing: 'due' }, effects: [] } : tooLong(state);
}

/** Whether the lock monitor contradicts the strike; undefined: it says nothing. */
function boltContradicts(state: DoorMachineState, wiring: DoorWiring): boolean | undefined {
  if (state.locked === undefined || state.lines.lockMonitor !== undefined) return undefined;
  return state.locked === isReleased(state, wiring);
}

/** An open door may have its bolt either way, and hardware that lets somebody out by itself draws it unasked. */
const boltMayDiffer = (state: DoorMachineState, wiring: DoorWiring): boolean =>
  state.open === true || (wiring.rex === 'report' && state.egress && state.locked === false);

/** A fault begins only where it is certain, and ends only with its contradiction: what hides it, or a burnt line, mends no bolt. */
export function boltJudged(state: DoorMachineState, wiring: DoorWiring): Reaction {
  if (wiring.opensUnasked) return { next: state, effects: [] };
  const contradicts = boltContradicts(state, wiring);
  const isDoubtful = contradicts === true && !boltMayDiffer(state, wiring);
  switch (state.bolt) {
    case 'fine':
      if (!isDoubtful) break;
      return {
        next: { ...state, bolt: 'doubted' },
        effects: [{ kind: 'startTimer', timer: 'bolt', ms: boltSettlesMs }],
      };
    case 'doubted':
      if (isDoubtful) break;
      return { next: { ...state, bolt: 'fine' }, effects: [{ kind: 'cancelTimer', timer: 'bolt' }] };
    case 'faulty':
      if (contradicts !== false) break;
      return { next: { ...state, bolt: 'fine' }, effects: [report({ type: 'LockFaultEnded' })] };
    default:
      return state.bolt satisfies never;
  }
  return { next: state, effects: [] };
}
