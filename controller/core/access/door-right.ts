/** Checks 10 and 11: a right to this door, and its hours. */
import type { Grant, HolderRef } from '../dataset.ts';
import { nextOpening } from '../time/next-opening.ts';
import type { WindowsOfDay } from '../time/windows.ts';
import {
  type Asker,
  type Check,
  type Context,
  dangling,
  isRevoked,
  note,
  type Refusal,
  type Trail,
} from './context.ts';
import { type Hours, hoursOf } from './hours.ts';
import { standing, validityOf } from './validity.ts';

export type Right =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The clock is unknown, and no grant works without it. */
  | { readonly kind: 'unsure' };

export const hasRight: Check = (context, asker) => {
  const right = rightOf(context, asker);
  return right.kind === 'refused' ? right.refusal : undefined;
};

export function rightOf(context: Context, { person, needs }: Asker): Right {
  const { door, trail } = context;
  if (door === undefined) return none;
  note(trail, 'door', door);
  if (needs === 'door' || person.kind === 'concierge')
    return needs === 'door' || door.guestEntrance ? open : none;
  if (person.kind === 'holder') return grantRight(context, person.ref);
  const { doors, host } = person.guest;
  const listed = doors.length === 0 ? host !== null && door.guestEntrance : doors.includes(door.id);
  if (!listed) return none;
  return host === null ? open : grantRight(context, { kind: 'resident', id: host });
}

const open: Right = { kind: 'open' };
const none: Right = { kind: 'refused', refusal: { check: 10, reason: 'noGrant' } };

/**
 * One live grant whose schedule is open suffices; it alone is named then. Otherwise the explanation lists what was
 * there, and last the first grant whose schedule is missing: it counts before those that are closed, because somebody has to repair it.
 */
function grantRight(context: Context, ref: HolderRef): Right {
  const { clock, trail } = context;
  const closed: WindowsOfDay[] = [];
  const tried: Trail = [];
  let unsure = false;
  let missing: { readonly refusal: Refusal; readonly rests: Trail } | undefined;
  for (const { row, rests } of grantsOf(context, ref)) {
    const stands = standing(clock, validityOf(row));
    if (stands === 'before' || stands === 'after') continue;
    if (stands === 'unsure' || (row.schedule !== undefined && clock.state === 'unknown')) {
      unsure = true;
      continue;
    }
    const hours = row.schedule === undefined ? alwaysOpen : hoursOf(context, row.schedule, rests);
    if (hours.kind === 'open') {
      for (const seen of rests) note(trail, seen.table, seen);
      return open;
    }
    if (hours.kind === 'missing' && missing === undefined) {
      missing = { refusal: dangling(11, hours.table, hours.id), rests };
      continue;
    }
    tried.push(...rests);
    if (hours.kind === 'closed') closed.push(hours.windowsOf);
  }
  if (unsure) return { kind: 'unsure' };
  for (const seen of [...tried, ...(missing?.rests ?? [])]) note(trail, seen.table, seen);
  if (missing !== undefined) return { kind: 'refused', refusal: missing.refusal };
  if (closed.length === 0) return none;
  const openings = closed.flatMap((windowsOf) => nextOpening(windowsOf, context.moment) ?? []);
  const opensAt = openings.length > 0 && { opensAt: Math.min(...openings) };
  return { kind: 'refused', refusal: { check: 11, reason: 'notPermittedAtThisTime', ...opensAt } };
}

const alwaysOpen: Hours = { kind: 'open' };

interface HeldGrant {
  readonly row: Grant;
  readonly rests: Trail;
}

/** The holder's own grants at this door first, then those of its groups; what is on the denylist is not there. */
function* grantsOf({ facts, doorId }: Context, ref: HolderRef): Generator<HeldGrant> {
  for (const row of facts.rows.grants(ref, doorId)) {
    if (!isRevoked(facts, 'grant', row)) {
      yield { row, rests: [{ table: 'grant', id: row.id, version: row.version }] };
    }
  }
  for (const group of facts.rows.groupsOf(ref)) {
    if (isRevoked(facts, 'group', group)) continue;
    for (const row of facts.rows.grants({ kind: 'group', id: group.id }, doorId)) {
      if (isRevoked(facts, 'grant', row)) continue;
      const rests: Trail = [
        { table: 'grant', id: row.id, version: row.version },
        { table: 'group', id: group.id, version: group.version },
      ];
      yield { row, rests };
    }
  }
}
