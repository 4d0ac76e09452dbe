/** Doors that stand open too long, and bolts that do not do as the strike says: judged anew after every input. */
import { isHeldOpen, isPassing, isReleased } from './modes.ts';
import { type Reaction, report } from './reaction.ts';
import type { DoorConfiguration, DoorEffect, DoorMachineState, DoorTimes, DoorWiring } from './state.ts';

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

/** Judged at a closed door with a sound lock monitor only: an open one may have its bolt either way. */
export function boltJudged(state: DoorMachineState, wiring: DoorWiring): Reaction {
  const unjudged = state.locked === undefined || state.lines.lockMonitor !== undefined;
  if (wiring.opensUnasked || unjudged) return { next: state, effects: [] };
  const isWrong = state.open !== true && state.locked === isReleased(state, wiring);
  if (isWrong) {
    if (state.bolt !== 'fine') return { next: state, effects: [] };
    return {
      next: { ...state, bolt: 'doubted' },
      effects: [{ kind: 'startTimer', timer: 'bolt', ms: boltSettlesMs }],
    };
  }
  switch (state.bolt) {
    case 'fine':
      return { next: state, effects: [] };
    case 'doubted':
      return { next: { ...state, bolt: 'fine' }, effects: [{ kind: 'cancelTimer', timer: 'bolt' }] };
    case 'faulty':
      return { next: { ...state, bolt: 'fine' }, effects: [report({ type: 'LockFaultEnded' })] };
    default:
      return state.bolt satisfies never;
  }
}
