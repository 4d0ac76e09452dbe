/** Who was let in: until the door has opened, has closed again, or the time is over. */
import { isBarred, isReleased } from './modes.ts';
import { type Reaction, report } from './reaction.ts';
import type {
  Access,
  DoorConfiguration,
  DoorEffect,
  DoorInput,
  DoorMachineState,
  DoorWiring,
  LetIn,
} from './state.ts';

const personOf = ({ subject }: LetIn): Pick<LetIn, 'subject'> => (subject === undefined ? {} : { subject });

/** Whom the door has not opened for yet, in the order in which they were let in. */
const awaited = ({ alsoLetIn, access }: DoorMachineState): readonly LetIn[] =>
  access === undefined || access.taken ? [] : [...alsoLetIn, access];

const isSamePerson = ({ subject: one }: LetIn, { subject: other }: LetIn): boolean =>
  one?.kind === other?.kind && one?.id === other?.id;

/** What is to be said of an access that ends now without the door having opened. A monitor that is faulty or chatters cannot tell. */
function notTaken(state: DoorMachineState, access: LetIn, wiring: DoorWiring): DoorEffect[] {
  if (!wiring.hasMonitor || state.lines.monitor !== undefined || state.monitorChatters) return [];
  const { countedUse } = access;
  const givenBack = countedUse === undefined ? {} : { giveBackUse: countedUse };
  return [report({ type: 'AccessNotTaken', ...personOf(access), ...givenBack })];
}

/** Whose coming begins hours that wait for a first person: not guests, and nobody whom a telephone or a command let in. */
const isFirstIn = ({ subject, fromAfar }: LetIn): boolean =>
  subject !== undefined && subject.kind !== 'guest' && !fromAfar;

export function reactToAccess(
  state: DoorMachineState,
  input: Extract<DoorInput, { kind: 'accessGranted' }>,
  { times, wiring }: DoorConfiguration,
  nowMs: number,
): Reaction {
  const before = awaited(state);
  const ownUntilMs = nowMs + (input.extended ? times.extendedAccessTimeMs : times.accessTimeMs);
  const earlier = before.length === 0 ? undefined : state.access;
  const access: Access = {
    // Whoever comes next shortens nobody's time, and gets none of it either.
    untilMs: Math.max(ownUntilMs, earlier?.untilMs ?? 0),
    extendedUntilMs: input.extended ? ownUntilMs : (earlier?.extendedUntilMs ?? 0),
    // Somebody holds the door: the next one through takes access at once.
    taken: state.open === true,
    fromAfar: input.fromAfar === true,
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    ...(input.countedUse === undefined ? {} : { countedUse: input.countedUse }),
  };
  // The second lock on the same door; the decision grants here only while fire keeps it released, and a use is given back.
  if (isBarred(state)) return { next: state, effects: access.taken ? [] : notTaken(state, access, wiring) };
  const taken = access.taken ? [report({ type: 'AccessTaken', ...personOf(access) })] : [];
  // Without a monitor nobody sees them enter.
  const entered = (access.taken || !wiring.hasMonitor) && isFirstIn(access);
  return {
    next: {
      ...state,
      access,
      alsoLetIn: before.filter((other) => !isSamePerson(other, access)),
      slow: state.slow || (access.taken && input.extended),
      firstIsIn: state.firstIsIn || (state.hours === 'firstIn' && entered),
    },
    effects: [
      // Who asks once more is let in once.
      ...before
        .filter((other) => isSamePerson(other, access))
        .flatMap((other) => notTaken(state, other, wiring)),
      ...taken,
      { kind: 'startTimer', timer: 'access', ms: access.untilMs - nowMs },
    ],
  };
}

export const reactToAccessTimer = (state: DoorMachineState, wiring: DoorWiring): Reaction => ({
  next: { ...state, access: undefined, alsoLetIn: [] },
  effects: awaited(state).flatMap((access) => notTaken(state, access, wiring)),
});

/** The access ends now, whatever its timer says. */
export const withoutAccess = (state: DoorMachineState, wiring: DoorWiring): Reaction =>
  state.access === undefined
    ? { next: state, effects: [] }
    : {
        next: { ...state, access: undefined, alsoLetIn: [] },
        effects: [...reactToAccessTimer(state, wiring).effects, { kind: 'cancelTimer', timer: 'access' }],
      };

export function reactToMonitor(
  state: DoorMachineState,
  open: boolean,
  door: DoorConfiguration,
  nowMs: number,
): Reaction {
  if (open === state.open) return { next: state, effects: [] };
  const told = report({ type: 'DoorMonitor', open });
  const { next, effects } = open ? opened(state, door, nowMs) : closed(state, door);
  return { next: { ...next, open }, effects: [told, ...effects] };
}

function closed(state: DoorMachineState, { times, wiring }: DoorConfiguration): Reaction {
  const effects: DoorEffect[] = [];
  // A lock that judges for itself also says when its alarm is over.
  const forced = state.forced && wiring.opensUnasked;
  if (state.forced && !forced) effects.push(report({ type: 'DoorForcedOpenEnded' }));
  const relock = state.access?.taken === true && times.relockOn !== 'timeout';
  if (relock) effects.push({ kind: 'cancelTimer', timer: 'access' });
  return { next: { ...state, forced, slow: false, access: relock ? undefined : state.access }, effects };
}

function opened(state: DoorMachineState, { times, wiring }: DoorConfiguration, nowMs: number): Reaction {
  const { access } = state;
  if (access !== undefined) {
    const coming = awaited(state);
    const effects = coming.map((one) => report({ type: 'AccessTaken', ...personOf(one) }));
    const firstIsIn = state.firstIsIn || (state.hours === 'firstIn' && coming.some(isFirstIn));
    const relock = times.relockOn === 'open';
    if (relock) effects.push({ kind: 'cancelTimer', timer: 'access' });
    return {
      next: {
        ...state,
        firstIsIn,
        alsoLetIn: [],
        slow: access.extendedUntilMs > nowMs,
        access: relock ? undefined : { ...access, taken: true },
      },
      effects,
    };
  }
  // The first report after a start tells how the door stands, not that somebody forced it.
  const wasShut = state.open === false;
  const forced = wasShut && !wiring.opensUnasked && !state.egress && !isReleased(state, wiring);
  return forced
    ? { next: { ...state, forced }, effects: [report({ type: 'DoorForcedOpen' })] }
    : { next: state, effects: [] };
}
