/**
 * The door, as a pure machine in ONVIF's words (DESIGN section 5). What must hold:
 *
 * 1. No credential and no command releases a door that is LockedDown; REX (where configured) and fire release in every mode.
 * 2. A release by access ends at its time whatever else happens; one by REX while its button is not pressed likewise.
 * 3. The mode is computed from its causes (fire > lockdown > access > Locked), never restored.
 */
import type { DoorMode, Subject } from '../access/facts.ts';
import type { GuestId } from '../dataset.ts';

export interface DoorTimes {
  readonly accessTimeMs: number;
  readonly extendedAccessTimeMs: number;
  readonly relockOn: 'open' | 'close' | 'timeout';
}

/** How this door is wired: the installer's part. */
export interface DoorWiring {
  readonly hasMonitor: boolean;
  /** `report`: the hardware releases by itself, and the input only tells. */
  readonly rex: 'release' | 'report';
  readonly fire: 'release' | 'ignore';
}

/** One person let in, until the door has opened or the time is over. */
interface Access {
  readonly subject?: Subject;
  /** The guest whose use is given back when the door was not opened. */
  readonly countedUse?: GuestId;
  readonly taken: boolean;
}

export interface DoorMachineState {
  readonly lockdown: boolean;
  readonly fire: boolean;
  readonly rexActive: boolean;
  /** REX was pressed: released, or (wired `report`) expected to open without us, until the egress timer ends. */
  readonly egress: boolean;
  /** Released by a credential, call or command until the access timer ends. */
  readonly access: Access | undefined;
  /** Door monitor; undefined before its first report, or where none is fitted. */
  readonly open: boolean | undefined;
  readonly forced: boolean;
}

export type DoorInput =
  | {
      readonly kind: 'accessGranted';
      readonly extended: boolean;
      readonly subject?: Subject;
      readonly countedUse?: GuestId;
    }
  | { readonly kind: 'lockdown'; readonly on: boolean }
  | { readonly kind: 'rex'; readonly active: boolean }
  | { readonly kind: 'fire'; readonly active: boolean }
  | { readonly kind: 'monitor'; readonly open: boolean }
  | { readonly kind: 'timer'; readonly timer: DoorTimer };

export type DoorTimer = 'access' | 'egress';

export type DoorReport =
  | { readonly type: 'AccessTaken'; readonly subject?: Subject }
  | { readonly type: 'AccessNotTaken'; readonly subject?: Subject; readonly giveBackUse?: GuestId }
  | { readonly type: 'DoorMode'; readonly mode: DoorMode }
  | { readonly type: 'DoorMonitor'; readonly open: boolean }
  | { readonly type: 'DoorForcedOpen' | 'DoorForcedOpenEnded' }
  | { readonly type: 'RequestToExit'; readonly released: boolean }
  | { readonly type: 'FireReleased' | 'FireEnded' };

export type DoorEffect =
  | { readonly kind: 'report'; readonly report: DoorReport }
  | { readonly kind: 'release' }
  | { readonly kind: 'secure' }
  | { readonly kind: 'startTimer'; readonly timer: DoorTimer; readonly ms: number }
  | { readonly kind: 'cancelTimer'; readonly timer: DoorTimer };

export interface DoorStep {
  readonly state: DoorMachineState;
  readonly effects: readonly DoorEffect[];
}

export const initialDoor = (lockdown: boolean): DoorMachineState => ({
  lockdown,
  fire: false,
  rexActive: false,
  egress: false,
  access: undefined,
  open: undefined,
  forced: false,
});

export function modeOf(state: DoorMachineState): DoorMode {
  if (state.fire) return 'Unlocked';
  if (state.lockdown) return 'LockedDown';
  return state.access === undefined ? 'Locked' : 'Accessed';
}

/** Whether the strike lets the door be opened. */
export const isReleased = (state: DoorMachineState, wiring: DoorWiring): boolean =>
  state.fire || state.access !== undefined || (state.egress && wiring.rex === 'release');

const report = (reported: DoorReport): DoorEffect => ({ kind: 'report', report: reported });

const personOf = ({ subject }: Access): { subject?: Subject } => (subject === undefined ? {} : { subject });

/** What is to be said of an access that ends now without the door having opened. */
function notTaken(access: Access | undefined, wiring: DoorWiring): readonly DoorEffect[] {
  if (access === undefined || access.taken || !wiring.hasMonitor) return [];
  const { countedUse } = access;
  const givenBack = countedUse === undefined ? {} : { giveBackUse: countedUse };
  return [report({ type: 'AccessNotTaken', ...personOf(access), ...givenBack })];
}

/** Takes one input. Reports come first among the effects: they are committed before anything moves. */
export function stepDoor(
  state: DoorMachineState,
  input: DoorInput,
  door: { readonly times: DoorTimes; readonly wiring: DoorWiring },
): DoorStep {
  const { next, effects } = react(state, input, door.times, door.wiring);
  const moved: DoorEffect[] = [];
  const was = isReleased(state, door.wiring);
  const is = isReleased(next, door.wiring);
  if (was !== is) moved.push({ kind: is ? 'release' : 'secure' });
  const before = modeOf(state);
  const after = modeOf(next);
  // Accessed comes and goes with AccessGranted, AccessTaken and AccessNotTaken, which say more.
  const lasting = (mode: DoorMode): DoorMode => (mode === 'Accessed' ? 'Locked' : mode);
  const modes = lasting(before) === lasting(after) ? [] : [report({ type: 'DoorMode', mode: after })];
  const isReport = ({ kind }: DoorEffect): boolean => kind === 'report';
  return {
    state: next,
    effects: [
      ...effects.filter(isReport),
      ...modes,
      ...moved,
      ...effects.filter((effect) => !isReport(effect)),
    ],
  };
}

interface Reaction {
  readonly next: DoorMachineState;
  readonly effects: readonly DoorEffect[];
}

function react(state: DoorMachineState, input: DoorInput, times: DoorTimes, wiring: DoorWiring): Reaction {
  switch (input.kind) {
    case 'accessGranted':
      return reactToAccess(state, input, times, wiring);
    case 'lockdown':
      return reactToLockdown(state, input.on, wiring);
    case 'rex':
      return reactToRex(state, input.active, times, wiring);
    case 'fire':
      return reactToFire(state, input.active, wiring);
    case 'monitor':
      return reactToMonitor(state, input.open, times, wiring);
    case 'timer':
      return reactToTimer(state, input.timer, times, wiring);
    default:
      return input satisfies never;
  }
}

function reactToAccess(
  state: DoorMachineState,
  input: Extract<DoorInput, { kind: 'accessGranted' }>,
  times: DoorTimes,
  wiring: DoorWiring,
): Reaction {
  const access: Access = {
    // Somebody holds the door: the next one through takes access at once.
    taken: state.open === true,
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    ...(input.countedUse === undefined ? {} : { countedUse: input.countedUse }),
  };
  // The second lock on the same door; the decision grants here only while fire keeps it released, and a use is given back.
  if (state.lockdown) return { next: state, effects: notTaken(access, wiring) };
  const taken = access.taken ? [report({ type: 'AccessTaken', ...personOf(access) })] : [];
  const ms = input.extended ? times.extendedAccessTimeMs : times.accessTimeMs;
  return {
    next: { ...state, access },
    effects: [...notTaken(state.access, wiring), ...taken, { kind: 'startTimer', timer: 'access', ms }],
  };
}

function reactToLockdown(state: DoorMachineState, on: boolean, wiring: DoorWiring): Reaction {
  if (!on) return { next: { ...state, lockdown: false }, effects: [] };
  return {
    next: { ...state, lockdown: true, access: undefined },
    effects: [...notTaken(state.access, wiring), { kind: 'cancelTimer', timer: 'access' }],
  };
}

function reactToRex(
  state: DoorMachineState,
  active: boolean,
  times: DoorTimes,
  wiring: DoorWiring,
): Reaction {
  if (!active || state.rexActive) return { next: { ...state, rexActive: active }, effects: [] };
  return {
    next: { ...state, rexActive: true, egress: true },
    effects: [
      report({ type: 'RequestToExit', released: wiring.rex === 'release' }),
      { kind: 'startTimer', timer: 'egress', ms: times.accessTimeMs },
    ],
  };
}

function reactToFire(state: DoorMachineState, active: boolean, wiring: DoorWiring): Reaction {
  if (wiring.fire === 'ignore' || active === state.fire) return { next: state, effects: [] };
  return {
    next: { ...state, fire: active },
    effects: [report({ type: active ? 'FireReleased' : 'FireEnded' })],
  };
}

function reactToMonitor(
  state: DoorMachineState,
  open: boolean,
  times: DoorTimes,
  wiring: DoorWiring,
): Reaction {
  if (open === state.open) return { next: state, effects: [] };
  const effects: DoorEffect[] = [report({ type: 'DoorMonitor', open })];
  if (!open) {
    if (state.forced) effects.push(report({ type: 'DoorForcedOpenEnded' }));
    const relock = state.access?.taken === true && times.relockOn !== 'timeout';
    if (relock) effects.push({ kind: 'cancelTimer', timer: 'access' });
    return { next: { ...state, open, forced: false, access: relock ? undefined : state.access }, effects };
  }
  if (state.access !== undefined) {
    if (!state.access.taken) effects.push(report({ type: 'AccessTaken', ...personOf(state.access) }));
    if (times.relockOn === 'open') {
      effects.push({ kind: 'cancelTimer', timer: 'access' });
      return { next: { ...state, open, access: undefined }, effects };
    }
    return { next: { ...state, open, access: { ...state.access, taken: true } }, effects };
  }
  // The first report after a start tells how the door stands, not that somebody forced it.
  const forced = state.open !== undefined && !state.egress && !isReleased(state, wiring);
  if (forced) effects.push(report({ type: 'DoorForcedOpen' }));
  return { next: { ...state, open, forced }, effects };
}

function reactToTimer(
  state: DoorMachineState,
  timer: DoorTimer,
  times: DoorTimes,
  wiring: DoorWiring,
): Reaction {
  switch (timer) {
    case 'access':
      return { next: { ...state, access: undefined }, effects: notTaken(state.access, wiring) };
    case 'egress':
      // A pressed button keeps the way out free.
      return state.rexActive
        ? { next: state, effects: [{ kind: 'startTimer', timer, ms: times.accessTimeMs }] }
        : { next: { ...state, egress: false }, effects: [] };
    default:
      return timer satisfies never;
  }
}
