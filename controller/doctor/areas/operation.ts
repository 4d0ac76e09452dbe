import type { EventsInspection, ReplicaInspection } from '../../store/inspection.ts';
import { type Finding, finderOf, someOf } from '../finding.ts';

export const operationKinds = {
  eventsDelivered: { level: 'ok', says: 'Events that the head-end has not acknowledged: {waiting}.' },
  eventsWaiting: {
    level: 'warn',
    says: 'Events have been waiting for the head-end since {since}: {waiting}.',
    wayOut: 'Nothing is lost: they go out once the device is in session. See to the link.',
  },
  guestCodesStopped: {
    level: 'fail',
    says: 'Guest codes have stopped working: the head-end was last heard {heard}; the building allows {days} days.',
    wayOut: 'Bring the link up. The building sets that time as guestCodesForDays.',
  },
  codesTooShort: {
    level: 'warn',
    says: 'Entry codes are too short for how many there are: they could be guessed.',
    wayOut:
      '"vestibule events" says how many digits are needed (CodesTooShort); let the head-end issue longer ones.',
  },
  guessBudgetSpent: {
    level: 'warn',
    says: 'Too many wrong codes were typed in the last 24 hours: codes are only looked at now and then.',
    wayOut:
      'Somebody may be guessing: look at the keypad and at "vestibule events". Cards and calls work as ever; codes do again a day after the misses.',
  },
  saltoDecides: {
    level: 'warn',
    says: 'A card at the SALTO locks {doors} is decided by SALTO: move-in dates are not enforced there by this device.',
    wayOut: 'Let the head-end provision the dates in SALTO.',
  },
} as const;

export interface OperationFacts {
  /** Absent where the database could not be read. */
  readonly replica?: ReplicaInspection;
  readonly events?: EventsInspection;
  /** Milliseconds since 1970; absent while the clock is unknown. */
  readonly now?: number;
}

const dayMs = 86_400_000;

const found = finderOf(operationKinds);
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

export function judgeOperation({ replica, events, now }: OperationFacts): readonly Finding[] {
  const salto = replica?.saltoDoors ?? [];
  return [
    ...(events === undefined ? [] : judgeEvents(events, now)),
    ...judgeGuests(replica, events, now),
    ...(salto.length === 0 ? [] : [found('saltoDecides', { doors: someOf(salto) })]),
  ];
}

function judgeEvents(events: EventsInspection, now: number | undefined): readonly Finding[] {
  const { head, acked, waitingSince, codesTooShort, guessBudgetSpent } = events;
  const waiting = head - acked;
  const late = waitingSince !== undefined && now !== undefined && now - Date.parse(waitingSince) > dayMs;
  return [
    late ? found('eventsWaiting', { waiting, since: waitingSince }) : found('eventsDelivered', { waiting }),
    ...(codesTooShort ? [found('codesTooShort', {})] : []),
    ...(guessBudgetSpent ? [found('guessBudgetSpent', {})] : []),
  ];
}

/** As check 5 of the decision does (DESIGN section 4). */
function judgeGuests(
  replica: ReplicaInspection | undefined,
  events: EventsInspection | undefined,
  now: number | undefined,
): readonly Finding[] {
  const days = replica?.guestCodesForDays;
  const heardAt = events?.lastWelcomeAt;
  if (days === undefined || events === undefined || now === undefined) return [];
  if (heardAt === undefined) return [found('guestCodesStopped', { days, heard: 'never' })];
  const stale = now - heardAt > days * dayMs;
  return stale ? [found('guestCodesStopped', { days, heard: `on ${day(heardAt)}` })] : [];
}
