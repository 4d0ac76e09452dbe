/** The cloud goes on talking to a device whose disk is full: nothing of it is half taken in, and nothing is lost. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokers } from '../support/brokers.ts';
import type { CloudSnapshot } from '../support/cloud-dataset.ts';
import { wireRow } from '../support/cloud-dataset.ts';
import { cloudKey, keysetOf } from '../support/cloud-keys.ts';
import { building } from '../support/identity-folder.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { area, SyncStage } from '../support/sync-stage.ts';

describe.each(brokers)('a device with a full disk, over $name', ({ start }) => {
  let disk: SmallDisk;
  let stage: SyncStage;
  beforeEach(async () => {
    disk = smallDisk(4);
    vi.stubEnv('TMPDIR', disk.dir);
    stage = await SyncStage.set(start);
    vi.unstubAllEnvs();
    await stage.peer.next('hello');
    await begun();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const cursor = () => stage.device.store.replica.cursor();
  const serve = (snapshot: CloudSnapshot): void => {
    stage.peer.answer('request', async ({ need, snapshot: wanted, indexes = [] }) => {
      if (need !== 'chunks' || wanted !== snapshot.manifest.snapshot) return;
      for (const index of indexes) await stage.peer.publish('chunk', snapshot.chunks[index] ?? '');
    });
  };
  /** A device that has a snapshot of one area, at seq 1. */
  const begun = async (): Promise<void> => {
    stage.dataset.change(area('lobby', 1));
    const snapshot = stage.dataset.snapshot();
    serve(snapshot);
    await stage.peer.manifest(snapshot);
    await stage.inStep();
  };
  /** Answers that only come on the connection that has been there all the time. */
  const stillConnected = async (session: string): Promise<void> => {
    await stage.peer.welcome(null, Date.now());
    await stage.peer.next('hello', (hello) => hello.session === session);
  };
  const session = async (): Promise<string> => {
    await stage.peer.welcome(null, Date.now());
    return (await stage.peer.next('hello')).session;
  };

  it('discards a delta, keeps its connection, and takes the delta when there is room', async () => {
    const before = await session();
    const was = cursor();
    const delta = stage.dataset.change(area('lobby', 2, 'Hall'));
    disk.fill();
    for (let times = 0; times < 3; times += 1) await stage.peer.delta(delta);
    await stillConnected(before);
    expect(cursor()).toEqual(was);
    disk.free();
    await stage.peer.delta(delta);
    await stage.inStep();
    expect(cursor()).toEqual(stage.dataset.cursor);
  });

  it('serves the old version while a snapshot finds no room, and takes it when there is', async () => {
    const before = await session();
    const was = cursor();
    for (let n = 0; n < 20; n += 1) {
      stage.dataset.change({
        put: wireRow('unheardOf', `row-${n}`, 1, { text: randomBytes(6_000).toString('hex') }),
      });
    }
    const snapshot = stage.dataset.snapshot(2);
    serve(snapshot);
    disk.fill(100_000);
    await stage.peer.manifest(snapshot);
    // Some of its chunks find room, then none does: it asks for the same ones again and again.
    const asked: (string | undefined)[] = [];
    while (asked.length < 2 || asked.at(-1) !== asked.at(-2)) {
      const { indexes } = await stage.peer.next('request', ({ need }) => need === 'chunks');
      asked.push(indexes?.join());
    }
    await stillConnected(before);
    expect([cursor(), stage.device.store.replica.verify()]).toEqual([was, true]);
    disk.free();
    await stage.inStep();
    expect(cursor()).toEqual(stage.dataset.cursor);
  });

  it('believes a new keyset at once, and has it on disk as soon as there is room', async () => {
    const before = await session();
    const file = join(stage.device.identityFolder, 'keyset.jws');
    const old = readFileSync(file, 'utf8');
    const rotated = { ...stage.peer.keys, dataset: cloudKey() };
    disk.fill();
    await stage.peer.send('keyset', keysetOf(rotated, building, 2));
    await stage.peer.welcome(null, Date.now());
    await stage.peer.next('hello', (hello) => hello.session === before && hello.keyset === 2);
    expect(readFileSync(file, 'utf8')).toBe(old);
    expect(readdirSync(stage.device.identityFolder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    disk.free();
    await stage.welcomed();
    expect(stage.device.identity().ring.n).toBe(2);
  });

  it('is told of a new keyset again when it was restarted before there was room', async () => {
    disk.fill();
    await stage.peer.send('keyset', keysetOf(stage.peer.keys, building, 2));
    await stage.peer.welcome(null, Date.now());
    await stage.peer.next('hello', ({ keyset }) => keyset === 2);
    await stage.device.stop();
    stage.device.start();
    await stage.peer.next('hello', ({ keyset }) => keyset === 1);
  });
});
