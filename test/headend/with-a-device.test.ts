import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DoorId } from '../../controller/core/dataset.ts';
import type { Broker } from '../support/broker.ts';
import { brokers } from '../support/brokers.ts';
import { publishable, smallBuilding, withChange } from '../support/published-rows.ts';
import { ServingHeadEnd } from '../support/serving-head-end.ts';
import { SyncDevice } from '../support/sync-device.ts';

describe.each(brokers)('head-end and device link over $name', ({ start }) => {
  let broker: Broker & AsyncDisposable;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
  });

  async function scene() {
    const head = new ServingHeadEnd(broker.url);
    const device = new SyncDevice();
    // The head-end tells the real time; the device's clock, which stands still by itself, has to go along.
    device.monotonic = () => performance.now();
    onTestFinished(async () => {
      await device[Symbol.asyncDispose]();
      await head.remove();
    });
    head.books.desk.publish([
      ...smallBuilding(),
      ...Array.from({ length: 2_000 }, (_, i) => publishable.resident(`many-${i}`, { suite: `${i}` })),
    ]);
    await head.start();
    const id = `front-${randomUUID().slice(0, 8)}`;
    head.books.addDevice(id, device.identityFolder, broker.url);
    device.start();
    const equal = () =>
      expect.poll(() => device.store.replica.cursor()).toEqual(head.books.store.dataset.cursor());
    await equal();
    return { head, device, id, equal };
  }

  it('become equal by snapshot, by delta, after a restart of either and over a new epoch', async () => {
    const { head, device, equal } = await scene();
    head.books.desk.publish(withChange(smallBuilding(), 'r-1', { overrideDisplayName: 'Zo' }));
    await equal();
    await head.stop();
    head.books.desk.publish(smallBuilding());
    await head.start();
    await equal();
    await device.stop();
    head.books.desk.revoke('guest', 'v-1');
    device.start();
    await equal();
    head.books.store.dataset.startEpoch(head.books.store.dataset.cursor().epoch + 1);
    head.books.desk.reinstate('guest', 'v-1');
    await equal();
  });

  it('bring every event across once, and every order to the door', async () => {
    const { head, device, id, equal } = await scene();
    for (let i = 0; i < 250; i += 1) device.event('DoorMonitor');
    const held = () => head.books.store.events.head(id, device.journal.log);
    await expect.poll(() => held().head).toBe(device.journal.head().seq);
    expect(held().hash).toBe(device.journal.head().hash);

    const by = { kind: 'staff', id: 's-1' } as const;
    expect(await head.books.desk.unlock({ device: id, door: 'lobby', by })).toMatchObject({
      outcome: 'done',
    });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const mode = { device: id, door: DoorId.parse('lobby'), mode: 'LockedOpen', until } as const;
    expect(await head.books.desk.setDoorMode(mode)).toMatchObject({ outcome: 'done' });
    expect(device.executed.at(-1)).toMatchObject({ op: 'setDoorMode', until: Date.parse(until) });
    head.books.desk.revoke('credential', 'c-1');
    head.books.desk.lockdown('building', true);
    head.books.desk.lockdown('building', false);
    await expect.poll(() => device.journal.lockdowns()).toMatchObject([{ scope: 'building', on: false }]);
    await equal();
    expect(device.executed.filter(({ op }) => op === 'unlock')).toHaveLength(1);
    await expect.poll(() => held().head).toBe(device.journal.head().seq);
  });

  it('go on over a change of the signing keys, and over one that leaves no old key', async () => {
    const { head, device, equal } = await scene();
    for (const dropOld of [false, true]) {
      const { n } = head.books.desk.rotateKeys({ dropOld });
      await expect.poll(() => device.identity().ring.n).toBe(n);
      head.books.desk.publish(withChange(smallBuilding(), 'r-1', { overrideDisplayName: `Zo ${n}` }));
      await equal();
    }
    expect(device.identity().ring.keys.size).toBe(4);
    expect(device.told.left.filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('hand a report from the device to whoever asks the head-end', async () => {
    const { head, device, id } = await scene();
    const state = { ...device.store.replica.cursor(), rows: 2_007, doors: { lobby: { mode: 'Locked' } } };
    const running = head.books.desk;
    expect(await running.tell(id, 'report')).toMatchObject({ outcome: 'done', state });
    expect(await running.tell(id, 'identify')).toMatchObject({ outcome: 'done' });
    expect(device.executed.map(({ op }) => op)).toEqual(['report', 'identify']);
  });

  describe('failure case 22: the keys were rotated while the device was offline', () => {
    it('the keyset comes first, and with it the device believes the new keys and no longer the old', async () => {
      const { head, device, equal } = await scene();
      await device.stop();
      head.books.desk.rotateKeys({ dropOld: false });
      const { n } = head.books.desk.rotateKeys({ dropOld: true });
      head.books.desk.revoke('credential', 'c-1');
      device.start();
      await equal();
      expect(device.identity().ring).toMatchObject({ n });
      expect(device.identity().ring.keys.size).toBe(4);
      expect(device.executed.map(({ op }) => op)).toEqual(['revoke']);
      expect(device.told.left.filter(({ kind }) => kind === 'refused')).toEqual([]);
    });
  });
});
