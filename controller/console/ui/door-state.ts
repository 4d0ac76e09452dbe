import type { DoorView } from '../view-model.ts';
import type { Texts } from './texts.ts';

export type DoorState = keyof Texts['doorStates'];

/** What a person at the door needs to know of it, in one word. */
export function doorState({ fault, mode, open }: DoorView): DoorState {
  if (fault) return 'fault';
  switch (mode) {
    case 'LockedDown':
    case 'Blocked':
      return 'closed';
    case 'Locked':
      return open ? 'open' : 'locked';
    case 'Accessed':
    case 'Unlocked':
    case 'LockedOpen':
      return open ? 'open' : 'unlocked';
    default:
      return mode satisfies never;
  }
}
