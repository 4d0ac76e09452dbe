import type { EpochMs } from '../access/facts.ts';
import type { Building, Resident } from '../dataset.ts';
import { hasBegun, hasEnded } from './local-bounds.ts';

type Dates = Pick<Resident, 'moveInDate' | 'moveOutDate'>;
type Place = Pick<Building, 'timezone' | 'moveInTime'>;

/** A resident's time in the building: from `moveInTime` on `moveInDate` to the end of `moveOutDate`, local time. */
export function residencyAt(
  { moveInDate, moveOutDate }: Dates,
  { timezone, moveInTime }: Place,
  now: EpochMs,
): 'notYet' | 'here' | 'over' {
  if (moveOutDate !== undefined && hasEnded(moveOutDate, timezone, now)) return 'over';
  if (moveInDate !== undefined && !hasBegun(moveInDate, moveInTime, timezone, now)) return 'notYet';
  return 'here';
}

export const isResidentAt = (dates: Dates, place: Place, now: EpochMs): boolean =>
  residencyAt(dates, place, now) === 'here';
