/** Which mode holds, computed from its causes and never restored: fire > lockdown > operator > hours > Locked. */
import type { DoorMode } from '../access/facts.ts';
import type { DoorConfiguration, DoorMachineState, DoorOrder, DoorWiring, OperatorMode } from './state.ts';

/** Without fire and without anybody passing. */
function standingMode(state: DoorMachineState): OperatorMode {
  if (state.lockdown) return 'LockedDown';
  if (state.operator !== undefined) return state.operator;
  const open = state.hours === 'open' || (state.hours === 'firstIn' && state.firstIsIn);
  return open ? 'LockedOpen' : 'Locked';
}

export function modeOf(state: DoorMachineState): DoorMode {
  if (state.fire) return 'Unlocked';
  const mode = standingMode(state);
  return mode === 'Locked' && state.access !== undefined ? 'Accessed' : mode;
}

/** No credential, command or schedule opens a door in these (DESIGN section 4). */
export const isBarred = (state: DoorMachineState): boolean => {
  const mode = standingMode(state);
  return mode === 'LockedDown' || mode === 'Blocked';
};

/** By its hours or an operator, whether or not there is a fire. */
export const standsOpen = (state: DoorMachineState): boolean => {
  const mode = standingMode(state);
  return mode === 'Unlocked' || mode === 'LockedOpen';
};

/** Released for as long as it lasts, and not for one passage: nobody is surprised to find it open. */
export const isHeldOpen = (state: DoorMachineState): boolean => state.fire || standsOpen(state);

/** Somebody was let through, or lets themselves out; nobody does so by a button that sticks. */
export const isPassing = (state: DoorMachineState): boolean =>
  state.access !== undefined || (state.egress && !state.rexHeld);

/** Whether the lock lets the door be opened. */
export const isReleased = (state: DoorMachineState, wiring: DoorWiring): boolean =>
  isHeldOpen(state) || state.access !== undefined || (state.egress && wiring.rex === 'release');

/** What the lock is to do in this state. A passage lasts for what is left of the access, and for a whole exit. */
export function orderOf(
  state: DoorMachineState,
  { times, wiring }: DoorConfiguration,
  nowMs: number,
): DoorOrder {
  if (state.fire) return { kind: 'evacuate' };
  if (isHeldOpen(state)) return { kind: 'holdOpen' };
  if (isReleased(state, wiring)) {
    const { untilMs, extendedUntilMs } = state.access ?? { untilMs: 0, extendedUntilMs: 0 };
    const exitMs = state.egress && wiring.rex === 'release' ? times.accessTimeMs : 0;
    return {
      kind: 'passage',
      extended: extendedUntilMs > nowMs,
      forMs: Math.max(untilMs - nowMs, exitMs, 0),
    };
  }
  return { kind: isBarred(state) ? 'block' : 'lock' };
}

export const releases = ({ kind }: DoorOrder): boolean => kind !== 'lock' && kind !== 'block';
