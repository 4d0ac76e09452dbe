import { resolve } from 'node:path';
import type { DeviceRow } from '../store/device-store.ts';
import { say, withState } from './context.ts';
import { sayList } from './say-list.ts';

/** `devices`: who there is and how far each has come. */
export const devicesCommand = (stateDir: string, json: boolean): Promise<void> =>
  withState(stateDir, ({ store }) => {
    const head = store.dataset.cursor();
    const devices = store.devices.all();
    if (json)
      return say(
        JSON.stringify(
          devices.map((device) => publicFacts(device, head)),
          null,
          2,
        ),
      );
    if (devices.length === 0) {
      return say('No device has been added yet: vestibule-headend devices add ID --out DIR --broker URL');
    }
    for (const device of devices) say(line(device, head));
  });

interface Head {
  readonly epoch: number;
  readonly seq: number;
}

const behind = (device: DeviceRow, head: Head): number | 'everything' =>
  device.epoch === head.epoch ? head.seq - device.seq : 'everything';

const publicFacts = (device: DeviceRow, head: Head): Readonly<Record<string, unknown>> => ({
  id: device.id,
  presence: device.presence,
  epoch: device.epoch,
  seq: device.seq,
  behind: behind(device, head),
  lagging: device.lagging,
  session: device.session,
  log: device.log,
  clockState: device.clockState,
  software: device.software,
  lastSeen: device.lastSeen === null ? null : new Date(device.lastSeen).toISOString(),
});

function line(device: DeviceRow, head: Head): string {
  const lag = behind(device, head);
  const state =
    lag === 0 ? 'up to date' : lag === 'everything' ? 'needs a snapshot' : `${lag} changes behind`;
  const seen =
    device.lastSeen === null ? 'never heard' : `last heard ${new Date(device.lastSeen).toISOString()}`;
  // Hello comes before the welcome that tells the time.
  const clock = device.clockState === null ? [] : [`clock ${device.clockState} at its hello`];
  const software = device.software === null ? [] : [device.software];
  return [device.id, device.presence, state, seen, ...clock, ...software].join('  ');
}

export interface AddOptions {
  readonly out: string;
  readonly broker: string;
  readonly replaceKey?: true;
}

/** `devices add ID`: makes the identity folder that the device starts from. */
export const addDeviceCommand = (stateDir: string, id: string, options: AddOptions): Promise<void> =>
  withState(stateDir, async (books) => {
    const folder = resolve(options.out);
    const revokes = books.addDevice(id, folder, options.broker, { replaceKey: options.replaceKey === true });
    say(
      `Added ${id}. Its identity is in ${folder}: move it to the device's state folder as "identity", and keep no copy.`,
    );
    if (!revokes) return;
    const list = await (await books.enrolment()).list.write();
    sayList(
      list,
      `${id} has a new key, but the certificate of the old one is not on the broker's revocation list`,
    );
  });
