import { setTimeout as pause } from 'node:timers/promises';
import type { DeviceRow } from '../store/device-store.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { say } from './context.ts';

const waitMs = 5_000;
const lookEveryMs = 50;

/**
 * Waits a few seconds for the devices that are there, as the running head-end notes what they answer in the store,
 * and says of each how it stands.
 */
export async function awaitDevices(
  store: HeadEndStore,
  stateOf: (device: DeviceRow) => 'done' | 'waiting' | { readonly refused: string },
): Promise<void> {
  if (store.devices.all().length === 0) {
    say('No device has been added yet: vestibule-headend devices add ID --out DIR --broker URL');
    return;
  }
  const until = performance.now() + waitMs;
  const waits = (device: DeviceRow): boolean => device.presence === 'online' && stateOf(device) === 'waiting';
  while (store.devices.all().some(waits) && performance.now() < until) await pause(lookEveryMs);
  for (const device of store.devices.all()) say(`  ${device.id}: ${words(device, stateOf(device))}`);
}

function words(device: DeviceRow, state: ReturnType<Parameters<typeof awaitDevices>[1]>): string {
  if (state === 'done') return 'done';
  if (typeof state === 'object') return `refused it: ${state.refused}`;
  return device.presence === 'online'
    ? 'has not answered yet; it is told again until it does'
    : 'is not connected; it is told as soon as it is';
}

export const reached =
  (epoch: number, seq: number) =>
  (device: DeviceRow): 'done' | 'waiting' =>
    device.epoch > epoch || (device.epoch === epoch && device.seq >= seq) ? 'done' : 'waiting';
