import type { DoorHardwareInput } from '../../../controller/ports/door-hardware.ts';
import type { SaltoDoorStatus } from '../ship/doors.ts';
import type { SaltoEmergency } from './door-state.ts';

/** What a lock's leaf is doing by SALTO's word; an emergency hides it. */
function openness(status: SaltoDoorStatus): boolean | undefined {
  switch (status) {
    case 'open':
    case 'leftOpen':
    case 'intrusion':
      return true;
    case 'closed':
      return false;
    case 'unknown':
    case 'emergencyOpen':
    case 'emergencyClose':
      return undefined;
    default:
      return status satisfies never;
  }
}

/** Whether an emergency is on at a lock by SALTO's word; undefined where it does not know. */
export function emergencyOf(status: SaltoDoorStatus): SaltoEmergency | undefined {
  switch (status) {
    case 'unknown':
      return undefined;
    case 'emergencyOpen':
      return 'open';
    case 'emergencyClose':
      return 'close';
    case 'open':
    case 'closed':
    case 'leftOpen':
    case 'intrusion':
      return 'none';
    default:
      return status satisfies never;
  }
}

/** What has changed at a door from one look to the next that said anything, in the words of a door's contacts. */
export function inputsOf(before: SaltoDoorStatus, now: SaltoDoorStatus): readonly DoorHardwareInput[] {
  if (before === now) return [];
  const inputs: DoorHardwareInput[] = [];
  const alarm = (name: 'DoorForcedOpen' | 'DoorOpenTooLong', active: boolean): void =>
    void inputs.push({ kind: 'alarm', alarm: name, active });
  if (before === 'intrusion') alarm('DoorForcedOpen', false);
  if (before === 'leftOpen') alarm('DoorOpenTooLong', false);
  const open = openness(now);
  if (open !== undefined) inputs.push({ kind: 'monitor', open });
  if (now === 'intrusion') alarm('DoorForcedOpen', true);
  if (now === 'leftOpen') alarm('DoorOpenTooLong', true);
  return inputs;
}
