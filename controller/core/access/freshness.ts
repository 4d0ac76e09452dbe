import type { Check } from './context.ts';
import { note } from './context.ts';

const dayMs = 86_400_000;

/** Check 5: what a device that has not heard of revocations for long may not go on doing for guests. */
export const dataIsFresh: Check = ({ building, facts, clock, trail }, { person }) => {
  if (person.kind !== 'guest' || building.guestCodesForDays === null) return undefined;
  note(trail, 'building', building);
  const { lastWelcomeAt } = facts;
  const fresh =
    lastWelcomeAt !== undefined && clock.now - lastWelcomeAt <= building.guestCodesForDays * dayMs;
  return fresh ? undefined : { check: 5, reason: 'staleData' };
};
