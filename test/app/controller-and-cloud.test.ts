import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signJws } from '../../sync/protocol/jws.ts';
import { startAedes } from '../support/aedes.ts';
import type { Broker } from '../support/broker.ts';
import { wireRow } from '../support/cloud-dataset.ts';
import { cloudKey } from '../support/cloud-keys.ts';
import { type Composed, composed, install, play } from '../support/composed-controller.ts';
import { annsCode, gusCode, household } from '../support/controller-shell.ts';
import { noon } from '../support/hand-time.ts';
import { aResident } from '../support/rows.ts';
import { ScriptedCloud } from '../support/scripted-cloud.ts';

let broker: Broker & AsyncDisposable;
beforeAll(async () => {
  broker = await startAedes();
});
afterAll(() => broker[Symbol.asyncDispose]());

/** A controller in session with a scripted cloud, with the household's rows. */
async function inSession() {
  const installation = install(broker.url);
  const cloud = await ScriptedCloud.listening(broker.url, installation, noon);
  const device = await composed(installation);
  await device.controller.start();
  const { session } = await cloud.peer.next('hello');
  await cloud.publish(...household());
  return { installation, cloud, device, session };
}

const street = { put: wireRow('area', 'street', 1, { name: { en: 'Street', fr: 'Rue' } }) };
const linkOf = ({ controller }: Composed) => controller.lobby.status().link;

describe('what the cloud hears of a controller', () => {
  it('is its start, marked as from before the welcome, and then what happens as it happens', async () => {
    const { cloud, device } = await inSession();
    expect(await cloud.event('ControllerStarted')).toMatchObject({
      backfilled: true,
      simulated: ['lobby', 'garage'],
    });
    expect(await cloud.event('ClockChanged')).toMatchObject({ clockState: 'trusted' });
    await device.controller.lobby.submit(annsCode);
    const granted = await cloud.event('AccessGranted');
    expect(granted).toMatchObject({ door: 'lobby', subject: { kind: 'resident', id: 'ann' } });
    expect(granted).not.toHaveProperty('backfilled');
  });

  it('is every row that the schema refuses, by table, id and field', async () => {
    const { cloud, device } = await inSession();
    await cloud.publish({ put: wireRow('resident', 'eve', 1, { ...aResident('eve'), suite: 12 }) });
    expect(await cloud.event('DatasetRowRefused')).toMatchObject({
      ...{ severity: 'warning', table: 'resident', id: 'eve', field: 'suite' },
    });
    expect(device.controller.lobby.state().directory).toHaveLength(1);
    expect(await device.controller.lobby.submit(annsCode)).toMatchObject({ outcome: 'grant' });
  });

  it('is one security event for a forged message, and a minute later how many more there were', async () => {
    const { cloud, device } = await inSession();
    const before = device.controller.lobby.status().dataset;
    const forged = signJws('vestibule-delta', { aud: 'building:maple-court' }, cloudKey());
    for (let i = 0; i < 5; i += 1) await cloud.peer.publish('delta', forged);
    expect(await cloud.event('SecurityEvent')).toMatchObject({
      ...{ severity: 'warning', message: 'delta', reason: 'unknownKey', count: 1 },
    });
    device.time.pass(30_000);
    // Has its answer only after the forged ones were worked on.
    await cloud.publish(street);
    device.time.pass(30_000);
    expect(await cloud.event('SecurityEvent')).toMatchObject({ reason: 'unknownKey', count: 4 });
    expect(device.controller.lobby.status().dataset.seq).toBe(before.seq + 1);
  });

  it('is complete when forgeries were still being counted at the end', async () => {
    const { installation, cloud, device } = await inSession();
    for (let i = 0; i < 3; i += 1) await cloud.peer.publish('ack', 'forged');
    await cloud.publish(street);
    await device.stop();
    expect(() => device.time.pass(60_000)).not.toThrow();
    const again = await composed(installation, { time: device.time });
    await again.controller.start();
    expect(await cloud.event('SecurityEvent')).toMatchObject({ message: 'ack', count: 1 });
    expect(await cloud.event('SecurityEvent')).toMatchObject({ message: 'ack', count: 2, backfilled: true });
  });

  it('is an alarm when its own welcome lowers the floor', async () => {
    const { installation, cloud, device } = await inSession();
    await device.stop();
    cloud.peer.answer('hello', ({ nonce }) => cloud.peer.welcome(nonce, noon - 86_400_000));
    const again = await composed(installation, { time: device.time });
    await again.controller.start();
    const alarm = await cloud.events.next((it) => it.type === 'ClockChanged' && it['severity'] === 'alarm');
    expect(alarm).toMatchObject({ problem: expect.stringContaining('lowered the floor') });
  });
});

describe('a controller', () => {
  it('opens by a command, and its AccessGranted names it', async () => {
    const { installation, cloud, session } = await inSession();
    const result = await cloud.command(session, noon, {
      ...{ id: 'c-1', op: 'unlock', args: { door: 'lobby' }, by: { kind: 'resident', id: 'ann' } },
    });
    expect(result).toMatchObject({ outcome: 'done' });
    expect(await cloud.event('AccessGranted')).toMatchObject({ command: 'c-1', accessPoint: 'cloud' });
    const strike = await play(installation, { kind: 'monitor', door: 'lobby', open: false });
    expect(strike).toEqual({ released: true });
  });

  it('failure case 21: opens, denies and counts without its broker, and brings every event back-filled when it is there again', async () => {
    const { cloud, device } = await inSession();
    await broker.stop();
    await expect.poll(() => linkOf(device).connected).toBe(false);
    expect(linkOf(device).problem).toMatch(/broker/i);
    const answers = await Promise.all(
      [annsCode, gusCode, '00000000'].map((digits) => device.controller.lobby.submit(digits)),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(['grant', 'grant', 'deny']);
    await broker.start();
    const decisions = () => cloud.events.left.filter(({ type }) => /^Access(Granted|Denied)/.test(type));
    await expect
      .poll(() => {
        device.time.pass(1_000);
        return decisions();
      })
      .toMatchObject([
        { type: 'AccessGranted', subject: { id: 'ann' }, backfilled: true },
        { type: 'AccessGranted', subject: { id: 'gus' }, backfilled: true },
        { type: 'AccessDenied', reason: 'unknownCredential', backfilled: true },
      ]);
  });
});
