import { randomBytes, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packChunks } from '../../sync/headend/dataset/pack-chunks.ts';
import { buildSnapshot } from '../../sync/headend/dataset/snapshot-builder.ts';
import { chunkLabel, chunkLine, chunkRows } from '../../sync/protocol/chunk.ts';
import { chunkHash } from '../../sync/protocol/hashes.ts';
import { digestOf } from '../support/digest-of.ts';
import { liveRows, temporaryHeadEnd } from '../support/head-end-state.ts';
import { publishable, smallBuilding, without } from '../support/published-rows.ts';

const headerBytes = 18;

describe('packing a snapshot into chunks', () => {
  it('keeps every line whole and in order, and every chunk within both limits', () => {
    // Random bytes do not compress and zeros do: both limits bind.
    const line = fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.boolean()).map(([bytes, random]) => {
      const filling = random ? randomBytes(bytes).toString('base64') : 'x'.repeat(bytes);
      return chunkLine({ table: 'resident', id: 'r', version: 1, row: filling });
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 0, maxLength: 60 }), (lines) => {
        const snapshot = randomUUID();
        const chunks = [...packChunks(snapshot, lines)];
        const texts = chunks.map((chunk, index) => {
          expect(chunkLabel(chunk)).toEqual({ snapshot, index });
          expect(chunk.length - headerBytes).toBeLessThanOrEqual(90 * 1024);
          const text = gunzipSync(chunk.subarray(headerBytes)).toString('utf8');
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
          return text;
        });
        expect(texts.join('')).toBe(lines.join(''));
      }),
      { numRuns: 25 },
    );
  });
});

describe('a snapshot', () => {
  it('holds the live rows of one version, its digest, and the hash of every chunk', async () => {
    const head = temporaryHeadEnd();
    const { store, desk } = head.books;
    const many = Array.from({ length: 3_000 }, (_, i) =>
      publishable.credential(`c-${i}`, 'r-1', `code ${i}`),
    );
    desk.publish([...without(smallBuilding(), 'c-1'), ...many]);
    const manifest = await buildSnapshot(store, () => 0);
    expect(manifest).toMatchObject({ ...store.dataset.cursor(), rows: 3_006, aud: 'building:maple-court' });
    expect(manifest.chunks.length).toBeGreaterThan(1);
    const rows = manifest.chunks.flatMap((hash, index) => {
      const chunk = store.snapshots.chunk(manifest.snapshot, index) ?? Buffer.alloc(0);
      expect(chunkHash(chunk)).toBe(hash);
      return [...chunkRows(chunk)].filter((row) => row !== undefined);
    });
    expect(rows).toEqual(liveRows(store));
    expect(digestOf(rows)).toBe(manifest.digest);
  });

  it('is one version even when publishing goes on while it is built', async () => {
    const head = temporaryHeadEnd();
    const { store, desk } = head.books;
    const many = Array.from({ length: 3_000 }, (_, i) =>
      publishable.credential(`c-${i}`, 'r-1', `code ${i}`),
    );
    desk.publish([...smallBuilding(), ...many]);
    const building = buildSnapshot(store, () => 0);
    desk.publish(smallBuilding());
    const manifest = await building;
    expect(manifest).toMatchObject({ seq: 1, rows: 3_006 });
  });

  it('is kept as one of the last two', async () => {
    const head = temporaryHeadEnd();
    const { store, desk } = head.books;
    desk.publish(smallBuilding());
    const made = [];
    for (let i = 0; i < 3; i += 1) made.push((await buildSnapshot(store, () => i)).snapshot);
    expect(made.map((id) => store.snapshots.get(id) !== undefined)).toEqual([false, true, true]);
    expect(store.snapshots.newest()?.snapshot).toBe(made[2]);
    expect(store.snapshots.chunk(made[0] ?? '', 0)).toBeUndefined();
  });
});
