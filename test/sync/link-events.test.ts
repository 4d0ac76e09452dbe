import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import { eventHash } from '../../sync/protocol/hashes.ts';
import type { EventBatch } from '../../sync/protocol/messages.ts';
import { brokers } from '../support/brokers.ts';
import { deviceId, SyncStage } from '../support/sync-stage.ts';

/** The cloud's own log: takes what continues it, proves it by the hash, and says how far it is. */
class CloudLog {
  readonly bodies: string[] = [];
  hash = noHash;

  /** @throws when an event that continues the log was altered. */
  take({ events }: EventBatch): void {
    for (const { seq, body, hash } of events) {
      if (seq !== this.bodies.length + 1) continue;
      if (eventHash(this.hash, body) !== hash) throw new Error(`event ${seq} was altered`);
      this.bodies.push(body);
      this.hash = hash;
    }
  }

  ack(log: string) {
    return { aud: deviceId, log, upTo: this.bodies.length, hash: this.hash };
  }
}

describe.each(brokers)('events over $name', ({ start }) => {
  let stage: SyncStage;
  let cloud: CloudLog;
  beforeEach(async () => {
    stage = await SyncStage.set(start);
    cloud = new CloudLog();
    await stage.peer.next('hello');
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const takeAndAck = (): void =>
    stage.peer.answer('events', async (batch) => {
      cloud.take(batch);
      await stage.peer.send('ack', cloud.ack(batch.log));
    });
  const bodies = (): readonly string[] => stage.device.journal.after(0, 10_000).map(({ body }) => body);
  const allAcked = async (): Promise<void> => {
    const { journal } = stage.device;
    await expect.poll(() => journal.acked()).toBe(journal.head().seq);
  };

  it('go up as they happen, and are the cloud’s once it has acknowledged them', async () => {
    takeAndAck();
    stage.device.event('First');
    stage.device.event('Second');
    await allAcked();
    expect(cloud.bodies).toEqual(bodies());
    expect(stage.device.journal.acked()).toBe(2);
  });

  it('go up in batches of at most 200, one at a time', async () => {
    const sizes: number[] = [];
    stage.device.journal.commit(
      Array.from({ length: 450 }, (_, index) => `{"type":"Many","index":${index}}`),
    );
    for (let taken = 0; taken < 450; taken = cloud.bodies.length) {
      const batch = await stage.peer.next('events', ({ events }) => events[0]?.seq === taken + 1);
      expect(stage.peer.untaken('events').filter(({ events }) => (events[0]?.seq ?? 0) > taken + 1)).toEqual(
        [],
      );
      sizes.push(batch.events.length);
      cloud.take(batch);
      await stage.peer.send('ack', cloud.ack(batch.log));
    }
    expect(sizes).toEqual([200, 200, 50]);
    expect(cloud.bodies).toEqual(bodies());
  });

  it('failure case 14: go up again until they are acknowledged', async () => {
    stage.device.event('First');
    const first = await stage.peer.next('events');
    const second = await stage.peer.next('events');
    expect(second).toEqual(first);
    takeAndAck();
    await allAcked();
    expect(cloud.bodies).toEqual(bodies());
  });

  it('that the cloud has only in part go on from there', async () => {
    stage.device.event('First');
    stage.device.event('Second');
    const { events, log } = await stage.peer.next('events', (batch) => batch.events.length === 2);
    await stage.peer.send('ack', { aud: deviceId, log, upTo: 1, hash: events[0]?.hash });
    expect(await stage.peer.next('events', (batch) => batch.events[0]?.seq === 2)).toMatchObject({
      events: [{ seq: 2, hash: events[1]?.hash }],
    });
  });

  it.each([
    ['with another hash', (log: string) => ({ log, upTo: 1, hash: 'b'.repeat(64) }), 'wrongHash'],
    ['beyond the last event', (log: string) => ({ log, upTo: 7, hash: 'b'.repeat(64) }), 'beyondHead'],
    [
      'of another log',
      () => ({ log: 'c6a1c1b0-6f0e-4d8e-9d4e-0d1f5d9a2b10', upTo: 1, hash: 'b'.repeat(64) }),
      'wrongLog',
    ],
  ])('failure case 15: are not given up for an acknowledgement %s', async (_name, wrong, reason) => {
    stage.device.event('First');
    const { log } = await stage.peer.next('events');
    await stage.peer.send('ack', { aud: deviceId, ...wrong(log) });
    expect(await stage.device.told.next((it) => it.kind === 'refused')).toMatchObject({
      message: 'ack',
      reason,
    });
    expect(stage.device.journal.acked()).toBe(0);
    await stage.peer.next('events', ({ events }) => events[0]?.seq === 1);
  });

  it('go up again to a cloud that was restored from a backup', async () => {
    takeAndAck();
    for (const type of ['First', 'Second', 'Third']) stage.device.event(type);
    await allAcked();
    const { journal } = stage.device;
    const [oldest] = journal.after(0, 1);
    cloud = new CloudLog();
    cloud.take({ iss: deviceId, log: journal.log, events: oldest === undefined ? [] : [oldest] });
    await stage.peer.send('ack', { ...cloud.ack(journal.log), rewind: true });
    await stage.peer.next('events', ({ events }) => events[0]?.seq === 2);
    await allAcked();
    expect(cloud.bodies).toEqual(bodies());
  });

  it('none is lost, doubled or altered while the broker comes and goes', async () => {
    takeAndAck();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 20; index += 1) stage.device.event(`Online${round}`);
      await stage.broker.stop();
      await stage.device.told.next((it) => it.kind === 'link' && it.state.problem !== undefined);
      for (let index = 0; index < 20; index += 1) stage.device.event(`Offline${round}`);
      await stage.broker.start();
      await stage.peer.next('hello');
    }
    await allAcked();
    expect(cloud.bodies).toHaveLength(120);
    expect(cloud.bodies).toEqual(bodies());
  });

  it('wait on disk over a restart of the device', async () => {
    await stage.device.stop();
    stage.device.start();
    await stage.peer.next('hello');
    await stage.broker.stop();
    await stage.device.told.next((it) => it.kind === 'link' && it.state.problem !== undefined);
    stage.device.event('Offline');
    await stage.device.stop();
    await stage.broker.start();
    takeAndAck();
    stage.device.start();
    await allAcked();
    expect(cloud.bodies).toEqual(bodies());
  });
});
