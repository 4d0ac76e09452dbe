import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import { MqttConnection } from '../../sync/links/mqtt-connection.ts';
import { brokers } from '../support/brokers.ts';
import { HandTimers } from '../support/console-timers.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { Inbox } from '../support/inbox.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { smallBuilding, withChange } from '../support/published-rows.ts';
import { ServingHeadEnd } from '../support/serving-head-end.ts';
import { area, cloudTime, deviceId, SyncStage } from '../support/sync-stage.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

describe.each(brokers)('over $name', ({ start }) => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.set(start);
    await stage.peer.next('hello');
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const begun = async (): Promise<void> => {
    stage.dataset.change(area('lobby', 1));
    const snapshot = stage.dataset.snapshot();
    stage.peer.answer('request', async ({ need }) => {
      const [chunk] = snapshot.chunks;
      if (need === 'chunks' && chunk !== undefined) await stage.peer.publish('chunk', chunk);
    });
    await stage.peer.manifest(snapshot);
    await stage.inStep();
  };

  it('failure case 2: killed after the commit and before the PUBACK, it takes the delta for a duplicate', async () => {
    await begun();
    const delta = stage.dataset.change(area('garage', 1));
    // The broker dies inside the commit's own turn: no PUBACK of this delta can reach it.
    const dead = new Promise<void>((resolve) => {
      stage.device.store.replica.onChange(() => resolve(stage.broker.stop()));
    });
    // Nor need the cloud have had its own: it is told once the broker is back.
    const taken = stage.peer.delta(delta).catch(() => {});
    await dead;
    await stage.device.stop();
    await stage.broker.start();
    await taken;
    stage.device.start();
    await stage.peer.next('hello', ({ seq }) => seq === delta.seq);
    const before = stage.state();
    await stage.peer.delta(delta);
    await stage.publish(area('attic', 1));
    await stage.inStep();
    expect(stage.state()).toEqual({ ...before, cursor: stage.dataset.cursor });
    expect(stage.peer.untaken('request').filter(({ need }) => need !== 'chunks')).toEqual([]);
    expect(stage.device.told.left.filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('failure case 24: a message over 96 KiB is refused, and the connection goes on', async () => {
    const connected = stage.device.told.left.filter(({ kind }) => kind === 'link').length;
    for (const name of ['delta', 'chunk', 'command']) {
      await stage.peer.publish(name, Buffer.alloc(200 * 1024, 0x61));
      const told = await stage.device.told.next((it) => it.kind === 'refused');
      expect(told).toEqual({ kind: 'refused', message: name, reason: 'oversize' });
    }
    expect(stage.device.told.left.filter(({ kind }) => kind === 'link')).toHaveLength(connected);
  });

  it('failure case 25: weeks of events go up one batch at a time, and a command in between is carried out at once', async () => {
    const { journal } = stage.device;
    const many = 2_000;
    journal.commit(Array.from({ length: many }, (_, index) => `{"type":"DoorMonitor","index":${index}}`));
    const hello = await stage.welcomed();
    let acked = 0;
    let hash = noHash;
    let answered = false;
    while (acked < many) {
      const batch = await stage.peer.next('events', ({ events }) => events[0]?.seq === acked + 1);
      expect(batch.events.length).toBeLessThanOrEqual(200);
      const further = stage.peer.untaken('events').filter(({ events }) => (events[0]?.seq ?? 0) > acked + 1);
      expect(further).toEqual([]);
      const last = batch.events.at(-1);
      if (!answered) {
        // The batch that is under way has no ack: the command does not wait for one.
        const { session } = hello;
        const times = { issuedAt: instant(cloudTime), expiresAt: instant(cloudTime + 5_000) };
        const by = { kind: 'staff', id: 's1' };
        await stage.peer.send('command', {
          ...{ aud: deviceId, id: 'now', session, n: 1, op: 'unlock', args: { door: 'front' }, by, ...times },
        });
        expect(await stage.peer.next('result')).toMatchObject({ id: 'now', outcome: 'done' });
        answered = true;
      }
      acked = last?.seq ?? 0;
      hash = last?.hash ?? '';
      await stage.peer.send('ack', { aud: deviceId, log: journal.log, upTo: acked, hash });
    }
    await expect.poll(() => journal.acked()).toBeGreaterThanOrEqual(many);
  });
});

it('failure case 7: a device that was away for more deltas than the head-end keeps fetches a snapshot', async () => {
  const broker = forThisTest(await startMosquitto());
  const head = new ServingHeadEnd(broker.url);
  onTestFinished(() => head.remove());
  head.books.desk.publish(smallBuilding());
  const { epoch, seq, digest } = head.books.store.dataset.cursor();
  for (let version = 0; version < 513; version += 1) {
    head.books.desk.publish(withChange(smallBuilding(), 'r-1', { overrideDisplayName: `Zo ${version}` }));
  }
  await head.start();
  const peer = await head.peer('front');
  peer.hello({ epoch, seq, digest });
  const { payload } = await peer.next('manifest');
  expect(payload).toMatchObject({ epoch, seq: seq + 513 });
  // One that was away for fewer gets them.
  const later = head.books.store.dataset.cursor();
  head.books.desk.publish(withChange(smallBuilding(), 'r-1', { overrideDisplayName: 'Zo' }));
  peer.say('cursor', { ...later });
  expect((await peer.next('delta', (delta) => delta['prev'] === later.seq)).payload).toMatchObject({ epoch });
});

it('failure case 21: a broker that refuses connections is tried again, at first soon and at most a minute apart', async () => {
  const port = await freePort();
  const timers = new HandTimers();
  const problems: string[] = [];
  /** The first timer after a failure is the pause before the next attempt. */
  const pauses = new Inbox<number>();
  let failed = false;
  const ending = new AbortController();
  const connection = new MqttConnection({
    endpoint: { url: `mqtt://127.0.0.1:${port}`, clientId: 'a' },
    filter: 'a/#',
    onMessage: () => {},
    onUp: () => {},
    onDown: (problem) => {
      problems.push(problem);
      failed = true;
    },
    timers: {
      after: (ms, run) => {
        if (failed) pauses.put(ms);
        failed = false;
        return timers.after(ms, run);
      },
    },
    random: () => 0.5,
  });
  const run = connection.run(ending.signal);
  const waits: number[] = [];
  while (waits.length < 8) {
    const ms = await pauses.next();
    waits.push(ms);
    timers.pass(ms);
  }
  ending.abort();
  await run;
  expect(waits).toEqual([1_500, 2_500, 4_500, 8_500, 16_500, 30_500, 30_500, 30_500]);
  expect(new Set(problems)).toEqual(new Set([expect.stringContaining('refuses connections')]));
});
