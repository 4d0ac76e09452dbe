import { DeviceId } from '../protocol/messages.ts';
import { HeadEndError } from './head-end-error.ts';

/** Brokers know the head-end by this name: its client id, and the common name of its certificate. */
const headEndPrefix = 'headend-';
export const headEndName = (building: string): string => `${headEndPrefix}${building}`;

/**
 * A device may not be named as a head-end is: the broker's access list goes by names.
 * @throws HeadEndError `badInput`.
 */
export function checkNewDevice(id: string): void {
  if (!DeviceId.safeParse(id).success) {
    throw new HeadEndError(
      'badInput',
      `"${id}" cannot be a device id; use 1 to 64 lower-case letters, digits or dashes.`,
    );
  }
  if (id.startsWith(headEndPrefix)) {
    throw new HeadEndError(
      'badInput',
      `"${id}" cannot be a device id: brokers take what begins with "${headEndPrefix}" for a head-end.`,
    );
  }
}
