/** Check 12: what the door itself asks of everybody who passes. */
import { type Asker, type Check, type Context, note, subjectOf } from './context.ts';
import type { Subject } from './facts.ts';

export const mayPass: Check = (context, asker) => {
  const { door, doorId, facts, trail } = context;
  if (door === undefined) return undefined;
  note(trail, 'door', door);
  if (door.antipassback?.kind === 'hard' && violatesAntipassback(context, asker)) {
    return { check: 12, reason: 'antipassback' };
  }
  const { interlockedBy, firstPersonWaiting, firstPerson } = facts.doorState(doorId);
  if (interlockedBy !== undefined) return { check: 12, reason: 'interlocked' };
  if (door.twoPerson !== true) return undefined;
  const second = firstPersonWaiting && !isSame(firstPerson, subjectOf(asker.person));
  return second ? undefined : { check: 12, reason: 'secondPersonNeeded' };
};

/**
 * Known to be elsewhere than where this door leads from, and not so long ago that it is forgiven. Whoever opens from a
 * telephone does not pass, and is mostly inside.
 */
export function violatesAntipassback(
  { door, facts, clock }: Context,
  { person, forAnother }: Asker,
): boolean {
  const subject = subjectOf(person);
  if (forAnother || door?.antipassback === undefined || subject === undefined) return false;
  const { from, forgiveMs, exempt } = door.antipassback;
  if (exempt?.includes(subject.kind)) return false;
  const known = facts.knownArea(subject);
  if (known === undefined || known.area === from) return false;
  return forgiveMs === undefined || clock.now - known.since < forgiveMs;
}

/** Two without a name may be one: whoever answers the concierge's telephone can press the digit twice. */
const isSame = (one: Subject | undefined, other: Subject | undefined): boolean =>
  one?.kind === other?.kind && one?.id === other?.id;
