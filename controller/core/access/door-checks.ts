import type { Check } from './context.ts';
import { note } from './context.ts';

/** Check 3. No credential, command or schedule opens a door in these modes (DESIGN section 4). */
export const doorAdmits: Check = ({ facts, doorId }) => {
  const { mode } = facts.doorState(doorId);
  if (mode === 'LockedDown') return { check: 3, reason: 'lockedDown' };
  if (mode === 'Blocked') return { check: 3, reason: 'blocked' };
  return undefined;
};

/** Check 4. A door that is not there accepts any method and fails check 10. */
export const methodFits: Check = ({ door, trail }, { credentials, method }) => {
  if (credentials.some(({ status }) => status === 'suspended')) return { check: 4, reason: 'suspended' };
  if (door === undefined || method === undefined) return undefined;
  note(trail, 'door', door);
  const fits =
    door.authentication === method || (door.authentication === 'cardOrCode' && method !== 'cardAndCode');
  return fits ? undefined : { check: 4, reason: 'wrongMethod' };
};
