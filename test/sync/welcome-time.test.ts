import { expect, it, onTestFinished } from 'vitest';
import { keysetOf, signDown } from '../support/cloud-keys.ts';
import { building } from '../support/identity-folder.ts';
import { RoutedDevice } from '../support/routed-device.ts';
import { cloudTime, deviceId } from '../support/sync-stage.ts';

const dayMs = 86_400_000;

it.each([
  ['1970', 0],
  ['two years ago', cloudTime - 730 * dayMs],
  ['in three years', cloudTime + 1_095 * dayMs],
])(
  'a welcome whose time is %s, when its key is not good, is refused, and the right ones and denials are believed',
  (_when, wrongTime) => {
    const device = new RoutedDevice();
    onTestFinished(() => device[Symbol.asyncDispose]());
    const welcome = (time: number): void => {
      const payload = { aud: deviceId, nonce: device.asked.nonce, time: new Date(time).toISOString() };
      device.receive('welcome', signDown(device.keys, 'welcome', { ...payload, epoch: 1, seq: 2 }));
    };
    const validity = {
      nbf: Math.floor((cloudTime - 30 * dayMs) / 1_000),
      exp: Math.floor((cloudTime + 700 * dayMs) / 1_000),
    };
    const change = { time: validity, dataset: validity, command: validity, ack: validity };
    device.receive('keyset', signDown(device.keys, 'keyset', keysetOf(device.keys, building, 2, change)));

    welcome(wrongTime);
    expect(device.state()).not.toHaveProperty('lastWelcomeAt', wrongTime);
    const inVain = device.asked.nonce;
    while (device.asked.nonce === inVain) device.time.pass(1_000);
    const now = device.time.rtc();
    welcome(now);
    expect(device.state()).toHaveProperty('lastWelcomeAt', now);

    const args = { table: 'credential', id: 'c-1', maxVersion: 1, epoch: 1, seq: 99 };
    const issuedAt = new Date(cloudTime).toISOString();
    const command = { aud: deviceId, id: 'revoke-1', op: 'revoke', issuedAt, args };
    device.receive('command', signDown(device.keys, 'command', command));
    expect(device.executed).toMatchObject([{ op: 'revoke' }]);
  },
);
