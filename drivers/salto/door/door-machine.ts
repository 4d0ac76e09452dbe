/**
 * What SALTO is told of one door, as a pure machine. A passage is one `OnlineDoor.Open`, after which the lock locks itself;
 * everything that lasts is one of SALTO's modes. What must hold:
 *
 * 1. One operation on a door is under way at a time; only the latest order counts, an opening that did not go out at once is
 *    not made up for.
 * 2. What lasts is told again until SALTO agrees: an emergency before a passage, a passage before office mode. An emergency
 *    that is ordered is told again also when SALTO has ended it, and one that SALTO says is over needs no end.
 * 3. What was begun at SALTO is remembered before it is begun, and ended after a crash; what others began there is left alone.
 */
import type { SaltoBegun } from '../../../controller/ports/salto.ts';
import type { DoorOperation } from '../ship/doors.ts';
import type {
  SaltoDoorEffect,
  SaltoDoorInput,
  SaltoDoorState,
  SaltoDoorStep,
  SaltoDoorTimer,
  SaltoEmergency,
} from './door-state.ts';

/** How long a lock stays open by itself is SALTO's setting; for a longer passage it is opened again a second before. */
const reopenAheadMs = 1_000;
const retryMs = 10_000;
/** For what SALTO was not told at all: no lock has been troubled with it. */
const unsentRetryMs = 2_000;

/** @param openTimeMs how long the lock stays open after one `OnlineDoor.Open` */
export function stepSaltoDoor(
  state: SaltoDoorState,
  input: SaltoDoorInput,
  openTimeMs: number,
): SaltoDoorStep {
  switch (input.kind) {
    case 'passage':
      return proceed({ ...state, standing: 'lock', passage: input.forMs, opening: true, resting: false }, [
        { kind: 'startTimer', timer: 'passage', ms: input.forMs },
        { kind: 'cancelTimer', timer: 'again' },
      ]);
    case 'lock':
    case 'block':
    case 'holdOpen':
    case 'evacuate':
      return proceed({ ...state, standing: input.kind, ...nobody, resting: false }, noPassage);
    case 'done':
      return afterDone(state, openTimeMs);
    case 'failed':
      return afterFailure(state, input);
    case 'timer':
      return afterTimer(state, input.timer);
    case 'seen':
      return afterLook(state, input.emergency);
    default:
      return input satisfies never;
  }
}

const nobody = { passage: undefined, opening: false } as const;

const noPassage: readonly SaltoDoorEffect[] = [
  { kind: 'cancelTimer', timer: 'passage' },
  { kind: 'cancelTimer', timer: 'again' },
];

const isReleasing = (state: SaltoDoorState): boolean =>
  state.standing === 'holdOpen' || state.standing === 'evacuate';

/** What SALTO has to be told next; undefined: it stands as it should. */
function nextOperation(state: SaltoDoorState): DoorOperation | undefined {
  const { standing, emergency, office, opening, resting } = state;
  if (standing === 'evacuate' && emergency !== 'open') return resting ? undefined : 'emergencyOpen';
  if (standing === 'block' && emergency !== 'close') return resting ? undefined : 'emergencyClose';
  if (standing === 'evacuate' || standing === 'block') return undefined;
  if (emergency !== 'none') return resting ? undefined : 'endOfEmergency';
  if (opening) return 'open';
  const wanted = standing === 'holdOpen';
  if (office === wanted || resting) return undefined;
  return wanted ? 'startOfficeMode' : 'endOfficeMode';
}

/** Sends what comes next, if nothing is under way, or says that the order has been obeyed. */
function proceed(state: SaltoDoorState, before: readonly SaltoDoorEffect[]): SaltoDoorStep {
  if (state.underway !== undefined) return { state, effects: before };
  const operation = nextOperation(state);
  if (operation === undefined) return settled(state, before);
  const begun = begunBy(operation, state.begun);
  return {
    state: { ...state, underway: operation, opening: state.opening && operation !== 'open', begun },
    effects: [...before, ...remembered(state.begun, begun), { kind: 'send', operation }],
  };
}

function settled(state: SaltoDoorState, before: readonly SaltoDoorEffect[]): SaltoDoorStep {
  if (state.resting) return { state, effects: before };
  // What is known to have ended, or never to have begun, needs no remembering.
  const begun: SaltoBegun = { office: state.office !== false, emergency: state.emergency !== 'none' };
  // During a passage it was the opening that was to be told, and it has been.
  const told: readonly SaltoDoorEffect[] =
    state.passage === undefined ? [{ kind: 'obeyed', released: isReleasing(state) }] : [];
  return { state: { ...state, begun }, effects: [...before, ...remembered(state.begun, begun), ...told] };
}

function begunBy(operation: DoorOperation, begun: SaltoBegun): SaltoBegun {
  if (operation === 'startOfficeMode') return { ...begun, office: true };
  if (operation === 'emergencyOpen' || operation === 'emergencyClose') return { ...begun, emergency: true };
  return begun;
}

const remembered = (before: SaltoBegun, begun: SaltoBegun): readonly SaltoDoorEffect[] =>
  before.office === begun.office && before.emergency === begun.emergency ? [] : [{ kind: 'remember', begun }];

function afterDone(state: SaltoDoorState, openTimeMs: number): SaltoDoorStep {
  const { underway } = state;
  const free: SaltoDoorState = { ...state, underway: undefined };
  switch (underway) {
    case undefined:
      return { state, effects: [] };
    case 'open':
      return proceed(free, afterOpening(state.passage, openTimeMs));
    case 'emergencyOpen':
      return proceed({ ...free, emergency: 'open' }, []);
    case 'emergencyClose':
      return proceed({ ...free, emergency: 'close' }, []);
    case 'endOfEmergency':
      return proceed({ ...free, emergency: 'none' }, []);
    case 'startOfficeMode':
      return proceed({ ...free, office: true }, []);
    case 'endOfficeMode':
      return proceed({ ...free, office: false }, []);
    default:
      return underway satisfies never;
  }
}

/** A passage that has ended meanwhile was opened for nobody; the lock locks itself. */
function afterOpening(passageMs: number | undefined, openTimeMs: number): readonly SaltoDoorEffect[] {
  if (passageMs === undefined) return [];
  const obeyed: SaltoDoorEffect = { kind: 'obeyed', released: true };
  if (passageMs <= openTimeMs) return [obeyed];
  const ms = Math.max(reopenAheadMs, openTimeMs - reopenAheadMs);
  return [obeyed, { kind: 'startTimer', timer: 'again', ms }];
}

function afterFailure(
  state: SaltoDoorState,
  { problem, outcome }: Extract<SaltoDoorInput, { kind: 'failed' }>,
): SaltoDoorStep {
  const { underway } = state;
  if (underway === undefined) return { state, effects: [] };
  const free: SaltoDoorState = { ...state, underway: undefined };
  if (underway === 'open') {
    // Also of somebody who has given up meanwhile: they stood at a door that did not open.
    return proceed({ ...free, ...nobody }, [...noPassage, { kind: 'refused', released: true, problem }]);
  }
  const isOffice = underway === 'startOfficeMode' || underway === 'endOfficeMode';
  const unknown = outcome !== 'unknown' ? {} : isOffice ? { office: undefined } : { emergency: undefined };
  const refused: SaltoDoorState = { ...free, ...unknown, resting: true };
  // What lasts is told again later; whoever waits behind it is not made to wait.
  const isBarred = refused.opening && nextOperation(refused) !== 'open';
  return proceed(isBarred ? { ...refused, ...nobody } : refused, [
    ...(isBarred ? noPassage : []),
    { kind: 'refused', released: isBarred || isReleasing(refused), problem },
    { kind: 'startTimer', timer: 'retry', ms: outcome === 'notSent' ? unsentRetryMs : retryMs },
  ]);
}

function afterTimer(state: SaltoDoorState, timer: SaltoDoorTimer): SaltoDoorStep {
  switch (timer) {
    case 'passage':
      return {
        state: { ...state, ...nobody },
        effects: [{ kind: 'cancelTimer', timer: 'again' }],
      };
    case 'again':
      return state.passage === undefined ? { state, effects: [] } : proceed({ ...state, opening: true }, []);
    case 'retry':
      return state.resting ? proceed({ ...state, resting: false }, []) : { state, effects: [] };
    default:
      return timer satisfies never;
  }
}

/** Somebody at SALTO may have ended what is ordered here, or it is as ordered though SALTO has not agreed. */
function afterLook(state: SaltoDoorState, seen: SaltoEmergency): SaltoDoorStep {
  const { standing, emergency, underway } = state;
  const wanted = standing === 'evacuate' ? 'open' : standing === 'block' ? 'close' : 'none';
  const hasEnded = wanted !== 'none' && emergency === wanted && seen !== wanted;
  const isSoAfterAll = emergency !== wanted && seen === wanted;
  if (underway !== undefined || !(hasEnded || isSoAfterAll)) return { state, effects: [] };
  return proceed({ ...state, emergency: seen, resting: false }, []);
}
