/** Check 7: the credential's or the invitation's own bounds, in the table's order: start, end, hours, uses. */
import type { Credential, Guest } from '../dataset.ts';
import { nextOpening } from '../time/next-opening.ts';
import { isInside, type WindowsOfDay, weeklyWindows } from '../time/windows.ts';
import { type Check, type Context, dangling, type Refusal } from './context.ts';
import { hoursOf } from './hours.ts';
import { type Bounds, invitationBounds, standing, validityOf } from './validity.ts';

export const withinOwnBounds: Check = (context, { person, credentials }) => {
  for (const credential of credentials) {
    const refusal = credentialWithin(context, credential);
    if (refusal !== undefined) return refusal;
  }
  return person.kind === 'guest' ? invitationWithin(context, person.guest) : undefined;
};

function credentialWithin(context: Context, credential: Credential): Refusal | undefined {
  const outside = outsideBounds(context, validityOf(credential));
  if (outside !== undefined || credential.schedule === undefined) return outside;
  const hours = hoursOf(context, credential.schedule, context.trail);
  switch (hours.kind) {
    case 'open':
      return undefined;
    case 'missing':
      return dangling(7, hours.table, hours.id);
    case 'closed':
      return closed(context, hours.windowsOf);
    default:
      return hours satisfies never;
  }
}

function invitationWithin(context: Context, guest: Guest): Refusal | undefined {
  const { facts, moment } = context;
  const outside = outsideBounds(context, invitationBounds(guest, facts));
  if (outside !== undefined) return outside;
  if (guest.windows !== undefined) {
    const windowsOf = weeklyWindows(guest.windows);
    if (!isInside(windowsOf, moment.local())) return closed(context, windowsOf);
  }
  if (guest.maxUses === undefined && guest.validForMs === undefined) return undefined;
  const { used, known } = facts.guestUses(guest.id);
  // After events.db was lost nobody knows what is used up: limited invitations wait for the next welcome (section 8).
  const exhausted =
    !known || (guest.maxUses !== undefined && used + usedElsewhere(guest, facts.log) >= guest.maxUses);
  return exhausted ? { check: 7, reason: 'usesExhausted' } : undefined;
}

function usedElsewhere({ usedElsewhere: uses = {} }: Guest, ownLog: string): number {
  return Object.entries(uses).reduce((sum, [log, used]) => (log === ownLog ? sum : sum + used), 0);
}

function outsideBounds({ clock }: Context, bounds: Bounds): Refusal | undefined {
  const stands = standing(clock, bounds);
  if (stands === 'after') return { check: 7, reason: 'expired' };
  if (stands !== 'before') return undefined;
  return { check: 7, reason: 'notActiveYet', ...(bounds.from !== undefined && { opensAt: bounds.from }) };
}

function closed({ moment }: Context, windowsOf: WindowsOfDay): Refusal {
  const opensAt = nextOpening(windowsOf, moment);
  return { check: 7, reason: 'notPermittedAtThisTime', ...(opensAt !== undefined && { opensAt }) };
}
