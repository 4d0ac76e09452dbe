/** Half-open bounds in instants, and what a clock can say about them (DESIGN section 7). */
import type { Guest } from '../dataset.ts';
import type { AccessFacts, ClockReading, EpochMs } from './facts.ts';

export type Standing = 'before' | 'within' | 'after' | 'unsure';

export interface Bounds {
  readonly from?: EpochMs | undefined;
  readonly until?: EpochMs | undefined;
}

/**
 * From `from` inclusive to `until` exclusive. While the clock is unknown, the true time is at or after `clock.now`:
 * a start that has passed and an end that has passed are certain, anything else is `unsure`.
 */
export function standing(clock: ClockReading, { from, until }: Bounds): Standing {
  if (until !== undefined && until <= clock.now) return 'after';
  const started = from === undefined || from <= clock.now;
  if (clock.state === 'unknown') return started && until === undefined ? 'within' : 'unsure';
  return started ? 'within' : 'before';
}

const instant = (text: string | undefined): EpochMs | undefined =>
  text === undefined ? undefined : Date.parse(text);

export const validityOf = (row: {
  validFrom?: string | undefined;
  validUntil?: string | undefined;
}): Bounds => ({
  from: instant(row.validFrom),
  until: instant(row.validUntil),
});

/** An invitation ends at `endsAt` or `validForMs` after its first use at any console, whichever is earlier. */
export function invitationBounds(guest: Guest, facts: AccessFacts): Bounds {
  const from = Date.parse(guest.startsAt);
  const endsAt = instant(guest.endsAt);
  if (guest.validForMs === undefined) return { from, until: endsAt };
  const firstUses = [instant(guest.firstUsedAt), facts.guestUses(guest.id).firstUsedAt];
  const runsOutAt = firstUses.flatMap((at) => (at === undefined ? [] : [at + (guest.validForMs ?? 0)]));
  const ends = endsAt === undefined ? runsOutAt : [endsAt, ...runsOutAt];
  return { from, until: ends.length === 0 ? undefined : Math.min(...ends) };
}
