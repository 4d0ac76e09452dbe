import { isRevoked, unlessRevoked } from '../access/context.ts';
import type { AccessFacts } from '../access/facts.ts';
import { hoursOf } from '../access/hours.ts';
import type { Door } from '../dataset.ts';
import { momentAt } from '../time/local-time.ts';
import type { OpenHours } from './state.ts';

/**
 * Whether a door's LockedOpen hours are now. What is missing, revoked or unknown keeps it locked, the time included: nobody
 * knows then whether it is Monday morning or Sunday night (DESIGN section 5).
 */
export function openHoursOf(facts: AccessFacts, door: Door | undefined): OpenHours {
  const { clock, rows } = facts;
  if (door?.lockedOpenSchedule === undefined || clock.state === 'unknown') return 'closed';
  const building = unlessRevoked(facts, 'building', rows.building());
  if (building === undefined || isRevoked(facts, 'door', door)) return 'closed';
  const moment = momentAt(clock.now, building.timezone);
  const hours = hoursOf({ facts, moment }, door.lockedOpenSchedule, []);
  if (hours.kind !== 'open') return 'closed';
  return door.firstIn === true ? 'firstIn' : 'open';
}
