import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkHash } from '../../sync/protocol/hashes.ts';
import { brokers } from '../support/brokers.ts';
import type { CloudDelta, CloudSnapshot } from '../support/cloud-dataset.ts';
import { wireRow } from '../support/cloud-dataset.ts';
import { area, areas, SyncStage } from '../support/sync-stage.ts';

describe.each(brokers)('the dataset over $name', ({ start }) => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.set(start);
    await stage.peer.next('hello');
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const cursor = () => stage.device.store.replica.cursor();
  /** Sends the chunks of `snapshot` that the device asks for, except those that `unless` names. */
  const serve = (snapshot: CloudSnapshot, unless: (index: number) => boolean = () => false): void => {
    stage.peer.answer('request', async ({ need, snapshot: wanted, indexes = [] }) => {
      if (need !== 'chunks' || wanted !== snapshot.manifest.snapshot) return;
      for (const index of indexes) {
        const chunk = snapshot.chunks[index];
        if (chunk !== undefined && !unless(index)) await stage.peer.publish('chunk', chunk);
      }
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

  it('begins with a snapshot, asked for when deltas of an unknown epoch come', async () => {
    for (const op of areas(13)) stage.dataset.change(op);
    await stage.publish(area('last', 1));
    expect(await stage.peer.next('request')).toMatchObject({ need: 'snapshot', epoch: 0, seq: 0 });

    const snapshot = stage.dataset.snapshot(2);
    serve(snapshot);
    await stage.peer.manifest(snapshot);
    expect(await stage.peer.next('request', ({ need }) => need === 'chunks')).toMatchObject({
      snapshot: snapshot.manifest.snapshot,
      indexes: [0, 1, 2, 3],
    });
    await stage.inStep();
    expect(cursor()).toEqual(stage.dataset.cursor);
    // A device that is slow asks again for what it has not put on disk yet, and for what comes after that.
    const further = stage.peer.untaken('request').map(({ indexes = [] }) => indexes);
    expect(further.at(-1)?.at(-1)).toBe(6);
    for (const indexes of further) expect(indexes.length).toBeLessThanOrEqual(4);
  });

  it('follows by deltas, and reports a row that its schema refuses', async () => {
    await begun();
    await stage.publish(area('lobby', 2, 'Hall'), { put: wireRow('area', 'nameless', 1) });
    await stage.publish({ delete: { table: 'area', id: 'lobby', version: 3 } });
    await stage.inStep();
    expect(cursor()).toEqual(stage.dataset.cursor);
    expect(await stage.device.told.next((it) => it.kind === 'rowsRefused')).toMatchObject({
      ids: ['nameless'],
    });
  });

  it('keeps refused rows of a snapshot too, and reports them', async () => {
    stage.dataset.change({ put: wireRow('area', 'nameless', 1) });
    const snapshot = stage.dataset.snapshot();
    serve(snapshot);
    await stage.peer.manifest(snapshot);
    await stage.inStep();
    expect(await stage.device.told.next((it) => it.kind === 'rowsRefused')).toMatchObject({
      ids: ['nameless'],
    });
  });

  it('says where it is when the cloud sends what it has: its last word about it was lost', async () => {
    await begun();
    const old = stage.dataset.snapshot();
    const delta = stage.dataset.change(area('a', 1));
    await stage.peer.delta(delta);
    await stage.inStep();
    await stage.peer.delta(delta);
    await stage.inStep();
    await stage.peer.manifest(old);
    await stage.inStep();
    await stage.peer.manifest(stage.dataset.snapshot());
    await stage.inStep();
  });

  it('failure case 5: asks for the deltas that are missing', async () => {
    await begun();
    const lost = stage.dataset.change(area('a', 1));
    await stage.publish(area('b', 1));
    const request = await stage.peer.next('request', ({ need }) => need === 'deltas');
    expect(request).toMatchObject({ epoch: 1, seq: 1 });
    await stage.peer.delta(lost);
    await stage.peer.next('cursor', ({ seq }) => seq === 2);
    expect(cursor().seq).toBe(2);
  });

  it('repeats a request until it is answered', async () => {
    await begun();
    const lost = stage.dataset.change(area('a', 1));
    await stage.publish(area('b', 1));
    for (let sendings = 0; sendings < 3; sendings += 1) {
      await stage.peer.next('request', ({ need }) => need === 'deltas');
    }
    await stage.peer.delta(lost);
    await stage.peer.next('cursor', ({ seq }) => seq === 2);
  });

  it('failure case 6: ends at the same state whatever the order and number in which deltas come', async () => {
    await begun();
    const history: CloudDelta[] = [];
    const deltas = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), remove: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    });
    let version = 1;
    stage.peer.answer('request', async ({ need, seq }) => {
      if (need !== 'deltas') return;
      for (const delta of history) if (delta.seq > seq) await stage.peer.delta(delta);
    });
    await fc.assert(
      fc.asyncProperty(deltas, fc.infiniteStream(fc.nat()), async (changes, order) => {
        const fresh = changes.map(({ id, remove }) => {
          version += 1;
          const there = stage.dataset.rows.some((row) => row.table === 'area' && row.id === id);
          const op = remove && there ? { delete: { table: 'area', id, version } } : area(id, version);
          return stage.dataset.change(op);
        });
        history.push(...fresh);
        const arrivals = [...fresh, ...fresh]
          .map((delta) => ({ delta, rank: order.next().value ?? 0 }))
          .toSorted((a, b) => a.rank - b.rank);
        for (const { delta } of arrivals) await stage.peer.delta(delta);
        await stage.inStep();
        expect(cursor()).toEqual(stage.dataset.cursor);
      }),
      { numRuns: 12 },
    );
    expect(stage.device.store.replica.verify()).toBe(true);
  });

  it.each([
    ['whose digest is another', (seq: number) => ({ seq, ops: [area('a', 1)], digest: 'f'.repeat(64) })],
    ['with an unknown op', (seq: number) => ({ seq, ops: [{ merge: {} }], digest: 'f'.repeat(64) })],
    [
      'whose version is not above the live one',
      (seq: number) => ({ seq, ops: [area('lobby', 1)], digest: 'f'.repeat(64) }),
    ],
  ])('failure case 11: rolls back a delta %s and asks for a snapshot', async (_name, wrong) => {
    await begun();
    const before = cursor();
    await stage.peer.send('delta', { aud: 'building:maple-court', epoch: 1, prev: 1, ...wrong(2) });
    expect(await stage.device.told.next((it) => it.kind === 'refused')).toEqual({
      kind: 'refused',
      message: 'delta',
      reason: 'digestMismatch',
    });
    await stage.peer.next('request', ({ need }) => need === 'snapshot');
    expect(cursor()).toEqual(before);
  });

  it('failure case 11: puts wrong rows right with a snapshot of its own cursor, noticed at the start', async () => {
    await begun();
    await stage.device.stop();
    const database = new Database(join(stage.device.folder, 'replica.db'));
    database.prepare("UPDATE row SET version = 99 WHERE id = 'lobby'").run();
    database.close();
    stage.device.start();
    await stage.peer.next('request', ({ need }) => need === 'snapshot');
    const snapshot = stage.dataset.snapshot();
    serve(snapshot);
    await stage.peer.manifest(snapshot);
    await stage.inStep();
    expect(stage.device.store.replica.verify()).toBe(true);
    expect(stage.device.store.replica.rowVersion('area', 'lobby')).toBe(1);
  });

  it('takes no snapshot of its own cursor that it did not ask for', async () => {
    await begun();
    await stage.peer.manifest(stage.dataset.snapshot());
    await stage.publish(area('a', 1));
    await stage.inStep();
    expect(stage.device.store.replica.staged()).toBeUndefined();
  });

  it('failure case 3: goes on with the missing chunks after a restart', async () => {
    for (const op of areas(12)) stage.dataset.change(op);
    const snapshot = stage.dataset.snapshot(2);
    serve(snapshot, (index) => index === 1 || index === 5);
    await stage.peer.manifest(snapshot);
    await stage.peer.next('request', ({ indexes }) => indexes?.[0] === 1);
    await stage.device.stop();

    const missing = stage.device.missingChunks();
    expect(missing).toContain(1);
    expect(missing).not.toContain(0);
    stage.device.start();
    serve(snapshot);
    await stage.peer.next('request', ({ indexes }) => indexes?.join() === missing.slice(0, 4).join());
    await stage.inStep();
  });

  it('failure case 10: fetches a corrupt chunk again, and keeps the good ones', async () => {
    for (const op of areas(6)) stage.dataset.change(op);
    const snapshot = stage.dataset.snapshot(2);
    let corrupt = 2;
    stage.peer.answer('request', async ({ need, indexes = [] }) => {
      if (need !== 'chunks') return;
      for (const index of indexes) {
        const chunk = Buffer.from(snapshot.chunks[index] ?? []);
        if (index === 1 && corrupt > 0) {
          corrupt -= 1;
          chunk[30] = (chunk[30] ?? 0) ^ 1;
        }
        await stage.peer.publish('chunk', chunk);
      }
    });
    await stage.peer.manifest(snapshot);
    await stage.inStep();
    const refused = await stage.device.told.next((it) => it.kind === 'refused');
    expect(refused).toMatchObject({ message: 'chunk', reason: 'hash' });
  });

  it('failure case 10: refuses a snapshot whose chunk is corrupt three times, by name', async () => {
    for (const op of areas(4)) stage.dataset.change(op);
    const snapshot = stage.dataset.snapshot(2);
    stage.peer.answer('request', async ({ need }) => {
      const broken = Buffer.from(snapshot.chunks[0] ?? []);
      broken[30] = (broken[30] ?? 0) ^ 1;
      if (need === 'chunks') await stage.peer.publish('chunk', broken);
    });
    await stage.peer.manifest(snapshot);
    const request = await stage.peer.next('request', ({ need }) => need === 'snapshot');
    expect(request.reject).toBe(snapshot.manifest.snapshot);
    const faults = stage.device.told.left.filter((it) => it.kind === 'refused' && it.reason === 'hash');
    expect(faults).toHaveLength(3);
    const another = stage.dataset.snapshot(4);
    serve(another);
    await stage.peer.manifest(another);
    await stage.inStep();
  });

  it('failure case 24: survives a chunk that inflates without end', async () => {
    stage.dataset.change(area('a', 1));
    const honest = stage.dataset.snapshot();
    const header = (honest.chunks[0] ?? Buffer.alloc(18)).subarray(0, 18);
    const bomb = Buffer.concat([header, gzipSync(Buffer.alloc(40 * 1024 * 1024))]);
    const manifest = { ...honest.manifest, chunks: [chunkHash(bomb)] };
    serve({ manifest, chunks: [bomb] });
    await stage.peer.manifest({ manifest, chunks: [bomb] });
    const refused = await stage.device.told.next((it) => it.kind === 'refused');
    expect(refused).toMatchObject({ message: 'chunk', reason: 'content' });
    const request = await stage.peer.next('request', ({ need }) => need === 'snapshot');
    expect(request.reject).toBe(manifest.snapshot);
  });

  it('failure case 11: keeps the old version when the rows of a snapshot do not add up, and refuses it by name', async () => {
    await begun();
    const before = cursor();
    stage.dataset.change(area('a', 1));
    const honest = stage.dataset.snapshot();
    const wrong = { ...honest, manifest: { ...honest.manifest, digest: 'e'.repeat(64) } };
    serve(wrong);
    await stage.peer.manifest(wrong);
    const request = await stage.peer.next('request', ({ need }) => need === 'snapshot');
    expect(request.reject).toBe(wrong.manifest.snapshot);
    expect(cursor()).toEqual(before);
  });

  it('applies deltas while it fetches, and drops a snapshot that they have overtaken', async () => {
    await begun();
    const next = stage.dataset.change(area('a', 1));
    const snapshot = stage.dataset.snapshot();
    await stage.peer.manifest(snapshot);
    await stage.peer.next('request', (it) => it.snapshot === snapshot.manifest.snapshot);
    await stage.peer.delta(next);
    await stage.inStep();
    expect(stage.device.store.replica.staged()).toBeUndefined();
  });

  it('replaces a snapshot that nobody serves by another of the same place', async () => {
    stage.dataset.change(area('a', 1));
    const forgotten = stage.dataset.snapshot();
    await stage.peer.manifest(forgotten);
    await stage.peer.next('request', (it) => it.snapshot === forgotten.manifest.snapshot);
    const newest = stage.dataset.snapshot();
    stage.peer.answer('request', async ({ snapshot }) => {
      const [chunk] = newest.chunks;
      if (snapshot === newest.manifest.snapshot && chunk !== undefined)
        await stage.peer.publish('chunk', chunk);
      else await stage.peer.manifest(newest);
    });
    await stage.inStep();
  });

  it('failure case 8: follows a cloud that was restored from a backup into its new epoch', async () => {
    await begun();
    await stage.publish(area('a', 1), area('b', 1));
    await stage.inStep();
    stage.dataset.epoch = 1_900_000_000;
    stage.dataset.seq = 0;
    await stage.publish({ delete: { table: 'area', id: 'b', version: 2 } });
    await stage.peer.next('request', ({ need }) => need === 'snapshot');
    const snapshot = stage.dataset.snapshot();
    serve(snapshot);
    await stage.peer.manifest(snapshot);
    await stage.inStep();
    expect(cursor()).toEqual(stage.dataset.cursor);
  });
});
