import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DoorId } from '../../controller/core/dataset.ts';
import type { Replica } from '../../controller/ports/replica.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { CloudRows, rowOf, type Snapshot } from '../support/cloud-rows.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

const doorIds = Array.from({ length: 50 }, (_, index) => DoorId.parse(`door-${index}`));

/** Fifty doors and a group, all at this version. */
const building = (version: number) => [
  ...doorIds.map((id) => rowOf('door', rows.aDoor(id, { version, name: { en: `v${version}`, fr: '–' } }))),
  rowOf('group', { ...rows.aGroup('family', [{ kind: 'resident', id: 'anna' }]), version }),
];

function stage(replica: Replica, { manifest, chunks }: Snapshot): void {
  replica.stageManifest(manifest);
  for (const [index, lines] of chunks.entries()) replica.stageChunk(manifest.snapshot, index, lines);
}

/** Which versions of the doors one read sees; more than one would be a mixture. */
const versionsSeen = (replica: Replica) =>
  replica.read((found) => [...new Set(doorIds.map((id) => found.door(id)?.name.en))]);

/** A replica with the building at version 1 and seq 1, and the cloud with version 2, not yet sent. */
function started() {
  const dir = tempDir();
  const store = storeIn(dir);
  const { replica } = store;
  const cloud = new CloudRows();
  replica.applyDelta(cloud.put(...building(1)));
  for (const row of building(2)) cloud.rows.set(`${row.table} ${row.id}`, row);
  return { dir, store, replica, cloud };
}

describe('staging a snapshot', () => {
  it('changes no decision, and counts down what is missing', () => {
    const { replica, cloud } = started();
    const { manifest, chunks } = cloud.snapshot();
    expect(replica.staged()).toBeUndefined();
    replica.stageManifest(manifest);
    expect(replica.staged()).toEqual({ manifest, missing: [0, 1, 2, 3, 4, 5] });
    for (const index of [4, 0, 4]) replica.stageChunk(manifest.snapshot, index, chunks[index] ?? []);
    expect(replica.staged()?.missing).toEqual([1, 2, 3, 5]);
    expect(versionsSeen(replica)).toEqual(['v1']);
    expect(replica.cursor().seq).toBe(1);
    expect(replica.verify()).toBe(true);
  });

  it('goes on after a restart with the chunks that are missing', async () => {
    const { dir, store, replica, cloud } = started();
    const { manifest, chunks } = cloud.snapshot();
    replica.stageManifest(manifest);
    for (const index of [0, 3]) replica.stageChunk(manifest.snapshot, index, chunks[index] ?? []);
    store.close();

    const again = storeIn(dir).replica;
    expect(again.staged()).toEqual({ manifest, missing: [1, 2, 4, 5] });
    for (const index of [1, 2, 4, 5]) again.stageChunk(manifest.snapshot, index, chunks[index] ?? []);
    expect(await again.applyStaged()).toEqual({ kind: 'applied', refusals: [] });
    expect(again.cursor()).toEqual({ epoch: 1, seq: manifest.seq, digest: cloud.digest() });
  });

  it('counts a chunk with the last of its parts, and begins one anew that was cut short', async () => {
    const { dir, store, replica, cloud } = started();
    const { manifest, chunks } = cloud.snapshot(30);
    const [first = [], second = []] = chunks;
    replica.stageManifest(manifest);
    replica.stageChunk(manifest.snapshot, 0, first.slice(0, 20), { more: true });
    expect(replica.staged()?.missing).toEqual([0, 1]);
    expect(versionsSeen(replica)).toEqual(['v1']);
    store.close();

    const again = storeIn(dir).replica;
    expect(again.staged()).toEqual({ manifest, missing: [0, 1] });
    for (const from of [0, 10]) {
      again.stageChunk(manifest.snapshot, 0, first.slice(from, from + 10), { more: true });
    }
    again.stageChunk(manifest.snapshot, 0, first.slice(20));
    expect(again.staged()?.missing).toEqual([1]);
    // Nothing comes of what is said of a chunk that is there already.
    again.stageChunk(manifest.snapshot, 0, [rowOf('door', rows.aDoor('stranger'))], { more: true });
    again.stageChunk(manifest.snapshot, 1, second);
    expect(await again.applyStaged()).toEqual({ kind: 'applied', refusals: [] });
    expect([versionsSeen(again), again.verify()]).toEqual([['v2'], true]);
  });

  it('takes no chunk of another snapshot, and none that the manifest does not have', () => {
    const { replica, cloud } = started();
    const { manifest, chunks } = cloud.snapshot();
    replica.stageManifest(manifest);
    replica.stageChunk(randomUUID(), 0, chunks[0] ?? []);
    expect(replica.staged()?.missing.length).toBe(6);
    expect(() => replica.stageChunk(manifest.snapshot, 6, [])).toThrow(RangeError);
  });

  it('begins anew with another manifest, without the rows of the one before', async () => {
    const { dir, replica, cloud } = started();
    stage(replica, cloud.snapshot());
    cloud.rows.delete('door door-49');
    const second = cloud.snapshot();
    stage(replica, second);
    expect((await replica.applyStaged()).kind).toBe('applied');
    expect(replica.read((found) => found.door(DoorId.parse('door-49')))).toBeUndefined();
    while (replica.sweep()) expect(versionsSeen(replica)).toEqual(['v2', undefined]);
    const db = openDatabase(join(dir, 'replica.db'));
    expect(db.prepare('SELECT count(*) FROM row').pluck().get()).toBe(second.manifest.rows);
    expect(db.prepare('SELECT count(*) FROM member').pluck().get()).toBe(1);
    db.close();
  });

  it('sweeps what was dropped while the next one comes, so that the disk does not fill', () => {
    const { dir, replica, cloud } = started();
    for (let round = 0; round < 5; round += 1) {
      stage(replica, cloud.snapshot());
      replica.dropStaged();
      expect(replica.staged()).toBeUndefined();
    }
    const db = openDatabase(join(dir, 'replica.db'));
    // The live one, and what the last two stagings may leave.
    expect(db.prepare('SELECT count(DISTINCT gen) FROM row').pluck().get()).toBeLessThanOrEqual(3);
    db.close();
    expect([versionsSeen(replica), replica.verify()]).toEqual([['v1'], true]);
  });
});

describe('sweeping', () => {
  it('leaves alone what is live and what is being staged', async () => {
    const { replica, cloud } = started();
    stage(replica, cloud.snapshot());
    await replica.applyStaged();
    for (const row of building(3)) cloud.rows.set(`${row.table} ${row.id}`, row);
    const next = cloud.snapshot();
    replica.stageManifest(next.manifest);
    replica.stageChunk(next.manifest.snapshot, 0, next.chunks[0] ?? []);
    while (replica.sweep()) expect(versionsSeen(replica)).toEqual(['v2']);
    expect([versionsSeen(replica), replica.verify()]).toEqual([['v2'], true]);
    for (const [index, lines] of next.chunks.entries())
      replica.stageChunk(next.manifest.snapshot, index, lines);
    expect(await replica.applyStaged()).toMatchObject({ kind: 'applied' });
    expect(versionsSeen(replica)).toEqual(['v3']);
  });
});

describe('applying a snapshot', () => {
  it('swaps everything at once while reads go on', async () => {
    const { replica, cloud } = started();
    const snapshot = cloud.snapshot();
    stage(replica, snapshot);
    const changes: number[] = [];
    replica.onChange(() => changes.push(replica.cursor().seq));
    const seen: string[] = [];
    const applied = replica.applyStaged().then((outcome) => {
      expect(outcome).toEqual({ kind: 'applied', refusals: [] });
      return outcome;
    });
    while (replica.applying) {
      seen.push(versionsSeen(replica).join('+'));
      await nextTurn();
    }
    await applied;
    expect(new Set(seen).has('v1')).toBe(true);
    expect([...new Set(seen)].filter((version) => version !== 'v1' && version !== 'v2')).toEqual([]);
    expect(versionsSeen(replica)).toEqual(['v2']);
    expect(changes).toEqual([snapshot.manifest.seq]);
    expect(replica.staged()).toBeUndefined();
    expect(replica.verify()).toBe(true);
  });

  it('reads the old version and refuses deltas until it is done', async () => {
    const { dir, replica, cloud } = started();
    const snapshot = cloud.snapshot();
    stage(replica, snapshot);
    // Holds the worker back at its door.
    const other = openDatabase(join(dir, 'replica.db'));
    other.exec('BEGIN IMMEDIATE');
    const applied = replica.applyStaged();
    expect(replica.applying).toBe(true);
    expect(versionsSeen(replica)).toEqual(['v1']);
    const busy = expect.objectContaining({
      name: 'StorageFault',
      code: 'busy',
      message: 'a snapshot is being applied',
    });
    expect(() => replica.applyDelta({ epoch: 1, prev: 1, seq: 2, ops: [], digest: '' })).toThrow(busy);
    expect(() => replica.stageManifest(snapshot.manifest)).toThrow(busy);
    expect(() => replica.dropStaged()).toThrow(busy);
    await expect(replica.applyStaged()).rejects.toThrow(busy);
    replica.stageChunk(snapshot.manifest.snapshot, 0, []);
    other.exec('COMMIT');
    expect((await applied).kind).toBe('applied');
    expect(replica.applying).toBe(false);
    other.close();
  });

  it('keeps no denial waiting: it is in force at once, and its mirror follows the swap', async () => {
    const { dir, store, replica, cloud } = started();
    stage(replica, cloud.snapshot());
    const other = openDatabase(join(dir, 'replica.db'));
    const mirrored = other.prepare('SELECT revocations FROM mirror').pluck();
    const applied = replica.applyStaged();
    const revocation = { table: 'guest', id: 'gus', maxVersion: 3, epoch: 1, seq: 9 } as const;
    store.journal.commit(['{}'], [{ kind: 'revocation', revocation }]);
    expect(store.journal.denied({ table: 'guest', id: 'gus', version: 3 })).toBe(true);
    expect(mirrored.get()).toBe('[]');
    await applied;
    expect(mirrored.get()).toBe(JSON.stringify([revocation]));
    other.close();
  });

  it.each<readonly [string, (snapshot: Snapshot) => Snapshot]>([
    [
      'has another digest',
      ({ manifest, chunks }) => ({ manifest: { ...manifest, digest: 'b'.repeat(64) }, chunks }),
    ],
    ['counts other rows', ({ manifest, chunks }) => ({ manifest: { ...manifest, rows: 50 }, chunks })],
    [
      'has a row twice',
      ({ manifest, chunks }) => ({
        manifest: { ...manifest, rows: manifest.rows + 1 },
        chunks: chunks.map((lines, index) => (index === 0 ? [...lines, ...lines.slice(0, 1)] : lines)),
      }),
    ],
    [
      'has a row that names another id inside',
      ({ manifest, chunks }) => ({
        manifest,
        chunks: chunks.map((lines, index) =>
          index === 0 ? lines.map((line) => ({ ...line, id: `x-${line.id}` })) : lines,
        ),
      }),
    ],
    ['is older than what is live', ({ manifest, chunks }) => ({ manifest: { ...manifest, seq: 0 }, chunks })],
  ])('that %s leaves the old version and drops the staging', async (_, spoil) => {
    const { dir, store, replica, cloud } = started();
    const before = replica.cursor();
    const changes: number[] = [];
    replica.onChange(() => changes.push(replica.cursor().seq));
    stage(replica, spoil(cloud.snapshot()));
    expect(await replica.applyStaged()).toEqual({ kind: 'digestMismatch', problem: expect.any(String) });
    expect([replica.cursor(), versionsSeen(replica), replica.staged(), changes]).toEqual([
      before,
      ['v1'],
      undefined,
      [],
    ]);
    store.close();
    const again = storeIn(dir).replica;
    expect([again.verify(), versionsSeen(again), again.staged()]).toEqual([true, ['v1'], undefined]);

    stage(again, cloud.snapshot());
    expect((await again.applyStaged()).kind).toBe('applied');
    expect(versionsSeen(again)).toEqual(['v2']);
  });

  it('reports rows that their schema refuses, and keeps them', async () => {
    const { replica, cloud } = started();
    cloud.rows.set('door spoilt', {
      table: 'door',
      id: 'spoilt',
      version: 1,
      row: '{"id":"spoilt","version":1}',
    });
    stage(replica, cloud.snapshot());
    expect(await replica.applyStaged()).toEqual({
      kind: 'applied',
      refusals: [{ table: 'door', id: 'spoilt', field: 'name', problem: expect.any(String) }],
    });
    expect(replica.read((found) => found.door(DoorId.parse('spoilt')))).toBeUndefined();
    expect(replica.rowVersion('door', 'spoilt')).toBe(1);
  });

  it('is followed by deltas as if it had been one', async () => {
    const { replica, cloud } = started();
    stage(replica, cloud.snapshot());
    await replica.applyStaged();
    expect(replica.applyDelta(cloud.put(...building(3)))).toEqual({ kind: 'applied', refusals: [] });
    expect([versionsSeen(replica), replica.cursor().digest]).toEqual([['v3'], cloud.digest()]);
  });

  it('needs a complete one', async () => {
    const { replica, cloud } = started();
    await expect(replica.applyStaged()).rejects.toThrow('no complete snapshot is staged');
    replica.stageManifest(cloud.snapshot().manifest);
    await expect(replica.applyStaged()).rejects.toThrow('no complete snapshot is staged');
    expect(replica.applying).toBe(false);
  });

  it('ends with the store, the old version intact and the staging kept', async () => {
    const { dir, store, replica, cloud } = started();
    const snapshot = cloud.snapshot();
    stage(replica, snapshot);
    const other = openDatabase(join(dir, 'replica.db'));
    other.exec('BEGIN IMMEDIATE');
    const applied = replica.applyStaged();
    store.close();
    other.close();
    await expect(applied).rejects.toThrow(expect.objectContaining({ name: 'StorageFault' }));
    const again = storeIn(dir).replica;
    expect([versionsSeen(again), again.staged()?.missing]).toEqual([['v1'], []]);
    expect((await again.applyStaged()).kind).toBe('applied');
  });
});
