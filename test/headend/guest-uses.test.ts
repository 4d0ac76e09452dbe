import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import type { DevicePeer } from '../support/device-peer.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { publishable, smallBuilding, withChange } from '../support/published-rows.ts';
import { ServingHeadEnd } from '../support/serving-head-end.ts';

const limited = withChange(smallBuilding(), 'v-1', { maxUses: 3, usedElsewhere: undefined });
const at = (minute: number): string => `2026-11-22T14:0${minute}:00.000Z`;

/** A head-end with a guest whose uses are limited, and two consoles. */
async function scene() {
  const broker = forThisTest(await startMosquitto());
  const head = new ServingHeadEnd(broker.url);
  onTestFinished(() => head.remove());
  head.books.desk.publish([...limited, publishable.guest('v-2')]);
  await head.start();
  const front = await head.peer(`front-${randomUUID().slice(0, 8)}`);
  const back = await head.peer(`back-${randomUUID().slice(0, 8)}`);
  for (const peer of [front, back]) {
    peer.hello({ ...head.books.store.dataset.cursor() });
    await peer.next('welcome', ({ nonce }) => nonce !== null);
  }
  /** What this console tells of a guest, acknowledged by the head-end. */
  const tell = async (peer: DevicePeer, type: string, time: string, guest = 'v-1') => {
    const events = peer.nextEvents(1, { type, time, subject: { kind: 'guest', id: guest } });
    peer.say('events', { log: peer.log, events });
    await peer.next('ack', ({ upTo }) => upTo === events[0]?.seq);
    return events;
  };
  const row = (id = 'v-1') =>
    JSON.parse(head.books.store.dataset.row('guest', id)?.row ?? 'null') as Record<string, unknown>;
  return { head, front, back, tell, row };
}

it('tells every console of the uses at each, by event log, and of the first', async () => {
  const { front, back, tell, row } = await scene();
  await tell(back, 'AccessGranted', at(2));
  await tell(front, 'AccessGranted', at(1));
  await tell(front, 'AccessGranted', at(3));
  const told = { usedElsewhere: { [front.log]: 2, [back.log]: 1 }, firstUsedAt: at(1) };
  expect(row()).toMatchObject(told);
  const { payload } = await front.next('delta', ({ ops }) => JSON.stringify(ops).includes(front.log));
  expect(JSON.stringify(payload['ops'])).toContain('v-1');
  await tell(front, 'AccessNotTaken', at(4));
  expect(row()).toMatchObject({ ...told, usedElsewhere: { [front.log]: 1, [back.log]: 1 } });
});

it('forgets a use that was given back as if it had never been', async () => {
  const { front, tell, row } = await scene();
  await tell(front, 'AccessGranted', at(1));
  await tell(front, 'AccessNotTaken', at(2));
  expect(row()).not.toHaveProperty('usedElsewhere');
  expect(row()).not.toHaveProperty('firstUsedAt');
});

it('counts an event once, however often it comes', async () => {
  const { front, tell, row } = await scene();
  const events = await tell(front, 'AccessGranted', at(1));
  front.say('events', { log: front.log, events });
  await front.next('ack');
  expect(row()).toMatchObject({ usedElsewhere: { [front.log]: 1 } });
});

it('publishes nothing for a guest whose uses are not limited', async () => {
  const { head, front, tell, row } = await scene();
  const before = head.books.store.dataset.cursor();
  await tell(front, 'AccessGranted', at(1), 'v-2');
  expect(row('v-2')).not.toHaveProperty('usedElsewhere');
  expect(head.books.store.dataset.cursor()).toEqual(before);
});

it('keeps the uses over a publish of the building file, and over a revocation that is taken back', async () => {
  const { head, front, tell, row } = await scene();
  await tell(front, 'AccessGranted', at(1));
  const uses = { usedElsewhere: { [front.log]: 1 }, firstUsedAt: at(1) };
  head.books.desk.publish(withChange(limited, 'v-1', { name: 'Zo' }));
  expect(row()).toMatchObject({ name: 'Zo', ...uses });
  head.books.desk.revoke('guest', 'v-1');
  await tell(front, 'AccessGranted', at(2));
  head.books.desk.reinstate('guest', 'v-1');
  expect(row()).toMatchObject({ revoked: false, usedElsewhere: { [front.log]: 2 } });
});
