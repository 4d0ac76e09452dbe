/** Checks 8 and 9: the holder, and a guest's host by the same tests. */
import type { Building, Resident } from '../dataset.ts';
import { localInstant } from '../time/local-bounds.ts';
import { residencyAt } from '../time/residency.ts';
import { type Check, type Context, dangling, isRevoked, note } from './context.ts';
import type { EpochMs, Holder } from './facts.ts';
import { standing, validityOf } from './validity.ts';

export const holderBelongs: Check = (context, { person }) => {
  if (person.kind !== 'holder') return undefined;
  if (person.holder === undefined) return dangling(8, person.ref.kind, person.ref.id);
  note(context.trail, person.holder.kind, person.holder.row);
  const problem = problemOf(context, person.holder);
  if (problem === undefined) return undefined;
  return {
    check: 8,
    reason: problem.reason,
    ...(problem.opensAt !== undefined && { opensAt: problem.opensAt }),
  };
};

export const hostBelongs: Check = (context, { person }) => {
  if (person.kind !== 'guest' || person.guest.host === null) return undefined;
  if (person.host === undefined) return dangling(9, 'resident', person.guest.host);
  note(context.trail, person.host.kind, person.host.row);
  const problem = problemOf(context, person.host);
  return problem && { check: 9, reason: hostReasons[problem.reason] };
};

const hostReasons = {
  suspended: 'hostSuspended',
  notMovedInYet: 'hostNotMovedInYet',
  movedOut: 'hostMovedOut',
} as const;

interface Problem {
  readonly reason: keyof typeof hostReasons;
  readonly opensAt?: EpochMs | undefined;
}

function problemOf(context: Context, holder: Holder): Problem | undefined {
  if (holder.row.status === 'suspended' || isRevoked(context.facts, holder.kind, holder.row)) {
    return { reason: 'suspended' };
  }
  if (holder.kind === 'resident') return residence(context, holder.row);
  const bounds = validityOf(holder.row);
  const stands = standing(context.clock, bounds);
  if (stands === 'before') return { reason: 'notMovedInYet', opensAt: bounds.from };
  return stands === 'after' ? { reason: 'movedOut' } : undefined;
}

function residence({ building, clock, trail }: Context, resident: Resident): Problem | undefined {
  const { moveInDate, moveOutDate } = resident;
  if (moveInDate !== undefined || moveOutDate !== undefined) note(trail, 'building', building);
  const residency = residencyAt(resident, building, clock.now);
  switch (residency) {
    case 'here':
      return undefined;
    case 'over':
      return { reason: 'movedOut' };
    case 'notYet':
      return { reason: 'notMovedInYet', opensAt: moveInAt(resident, building) };
    default:
      return residency satisfies never;
  }
}

const moveInAt = ({ moveInDate }: Resident, { moveInTime, timezone }: Building): EpochMs | undefined =>
  moveInDate === undefined ? undefined : localInstant(moveInDate, moveInTime, timezone);
