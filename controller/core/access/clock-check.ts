/**
 * Check 6 (DESIGN section 7). While the clock is unknown, the true time is at or after the floor: a start that the
 * floor has passed holds, an end that it has passed is over (checks 2 and 8 to 11 say so); every other bound, window or
 * schedule denies.
 */
import type { Credential } from '../dataset.ts';
import { residencyAt } from '../time/residency.ts';
import type { Asker, Check, Context } from './context.ts';
import { note } from './context.ts';
import { rightOf } from './door-right.ts';
import type { Holder } from './facts.ts';
import { invitationBounds, standing, validityOf } from './validity.ts';

export const clockSuffices: Check = (context, asker) => {
  if (context.clock.state !== 'unknown') return undefined;
  const unsure =
    asker.credentials.some((credential) => credentialUnsure(context, credential)) ||
    personUnsure(context, asker) ||
    rightOf(context, asker).kind === 'unsure';
  return unsure ? { check: 6, reason: 'clockUnknown' } : undefined;
};

const credentialUnsure = ({ clock }: Context, credential: Credential): boolean =>
  credential.schedule !== undefined || standing(clock, validityOf(credential)) === 'unsure';

function personUnsure(context: Context, { person }: Asker): boolean {
  switch (person.kind) {
    case 'concierge':
      return false;
    case 'holder':
      return person.holder !== undefined && holderUnsure(context, person.holder);
    case 'guest': {
      const { guest, host } = person;
      return (
        guest.windows !== undefined ||
        // The stale policy is an upper bound too: how long ago the last welcome was, nobody knows.
        context.building.guestCodesForDays !== null ||
        standing(context.clock, invitationBounds(guest, context.facts)) === 'unsure' ||
        (host !== undefined && holderUnsure(context, host))
      );
    }
    default:
      return person satisfies never;
  }
}

function holderUnsure({ building, clock, trail }: Context, holder: Holder): boolean {
  note(trail, holder.kind, holder.row);
  if (holder.kind !== 'resident') return standing(clock, validityOf(holder.row)) === 'unsure';
  // A moveOutDate that the floor has not passed does not deny: a power cut must not lock a household out.
  return residencyAt(holder.row, building, clock.now) === 'notYet';
}
