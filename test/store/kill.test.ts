import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DoorId } from '../../controller/core/dataset.ts';
import { eventHash } from '../../controller/store/event-log.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { chunkRows } from '../../sync/protocol/chunk.ts';
import { CloudDataset, wireRow } from '../support/cloud-dataset.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import { historyOf } from '../support/delta-history.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

function start(script: URL, ...args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('kill -9', () => {
  it('loses no event that was reported, and leaves no gap', async () => {
    const dir = tempDir();
    for (let round = 1; round <= 5; round += 1) {
      const child = start(new URL('../support/commit-until-killed.ts', import.meta.url), dir);
      let reported = 0;
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        reported = Number(line);
        lines += 1;
        if (lines === 40 * round) child.kill('SIGKILL');
      }
      expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');

      const { journal, notices, close } = reopened(dir);
      expect(notices).toEqual([]);
      expect(journal.head().seq).toBeGreaterThanOrEqual(reported);
      const events = journal.after(0, 1_000_000);
      let hash = '0'.repeat(64);
      for (const [index, event] of events.entries()) {
        hash = eventHash(hash, event.body);
        if (event.seq !== index + 1 || event.hash !== hash) expect.unreachable(`broken at ${event.seq}`);
      }
      expect([events.length, hash]).toEqual([journal.head().seq, journal.head().hash]);
      // Both events of a commit and its change, or none of them.
      expect([events.length % 2, journal.clockFloor()]).toEqual([0, Math.max(0, events.length - 2)]);
      close();
    }
  });

  it('failure case 1: of a device that takes in deltas leaves the last whole one, and it goes on from its cursor', async () => {
    const dir = tempDir();
    for (let round = 1; round <= 5; round += 1) {
      const child = start(new URL('../support/deltas-until-killed.ts', import.meta.url), dir);
      let reported = 0;
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        reported = Number(line);
        lines += 1;
        if (lines === 10 * round) child.kill('SIGKILL');
      }
      expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');

      const store = openStore(dir, { now: () => 0 });
      const { replica } = store;
      const { seq, digest } = replica.cursor();
      expect(seq).toBeGreaterThanOrEqual(reported);
      expect(replica.verify()).toBe(true);
      const history = historyOf();
      for (let delta = history.next().value; delta.seq < seq; delta = history.next().value);
      const next = history.next().value;
      expect([next.prev, replica.applyDelta(next).kind]).toEqual([seq, 'applied']);
      expect(replica.cursor().digest).not.toBe(digest);
      expect(replica.cursor().digest).toBe(next.digest);
      store.close();
    }
  });

  it('failure case 3: between the parts of a chunk leaves it missing, and the snapshot adds up all the same', async () => {
    const dir = tempDir();
    const cloud = new CloudDataset();
    cloud.change(...Array.from({ length: 1_200 }, (_, n) => ({ put: wireRow('area', `area-${n}`, 1) })));
    const { manifest, chunks } = cloud.snapshot(300);
    const file = join(dir, 'chunks.json');
    writeFileSync(file, JSON.stringify(chunks.map((chunk) => chunk.toString('base64'))));
    const before = openStore(dir, { now: () => 0 });
    before.replica.stageManifest(manifest);
    before.close();
    // Six parts to a chunk: each time the next one is begun, and half of it is on disk.
    for (const missing of [[1, 2, 3], [2, 3], [3]]) {
      const child = start(new URL('../support/stage-until-killed.ts', import.meta.url), dir, file, '8');
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
      const after = openStore(dir, { now: () => 0 });
      const { replica } = after;
      expect(replica.staged()?.missing).toEqual(missing);
      expect([replica.cursor().seq, replica.rowCount(), replica.verify()]).toEqual([0, 0, true]);
      after.close();
    }
    const { replica } = storeIn(dir);
    for (const index of replica.staged()?.missing ?? []) {
      const lines = [...chunkRows(chunks[index] ?? Buffer.alloc(0))].filter((row) => row !== undefined);
      replica.stageChunk(manifest.snapshot, index, lines);
    }
    expect((await replica.applyStaged()).kind).toBe('applied');
    expect([replica.cursor(), replica.rowCount()]).toEqual([cloud.cursor, 1_200]);
  });

  it('failure case 4: in the middle of a swap leaves one whole version, and the staging where it was', async () => {
    const dir = tempDir();
    const doors = Array.from({ length: 3_000 }, (_, index) => DoorId.parse(`door-${index}`));
    const cloud = new CloudRows();
    const put = (version: number) => {
      for (const id of doors) cloud.rows.set(`door ${id}`, rowOf('door', rows.aDoor(id, { version })));
    };
    for (let version = 1; version <= 4; version += 1) {
      put(version);
      const before = openStore(dir, { now: () => 0 });
      const { manifest, chunks } = cloud.snapshot(500);
      before.replica.stageManifest(manifest);
      for (const [index, lines] of chunks.entries()) {
        before.replica.stageChunk(manifest.snapshot, index, lines);
      }
      before.close();

      const child = start(new URL('../support/apply-until-killed.ts', import.meta.url), dir);
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      // The worker's first pages reach the disk: its transaction is under way, or just done.
      const stop = new AbortController();
      const written = once(watch(dir, { signal: stop.signal }), 'change');
      await Promise.race([written, ended]);
      child.kill('SIGKILL');
      await ended;
      stop.abort();

      const { replica } = storeIn(dir);
      expect(replica.verify()).toBe(true);
      const live = replica.cursor().seq;
      expect([manifest.seq - 1, manifest.seq]).toContain(live);
      const seen = replica.read((found) => new Set(doors.map((id) => found.door(id)?.version)));
      expect(seen.size).toBe(1);
      if (live === manifest.seq) {
        expect(replica.staged()).toBeUndefined();
      } else {
        expect(replica.staged()?.missing).toEqual([]);
        expect((await replica.applyStaged()).kind).toBe('applied');
      }
      expect(replica.cursor()).toEqual({ epoch: 1, seq: manifest.seq, digest: cloud.digest() });
    }
  });
});

function reopened(dir: string) {
  const store = openStore(dir, { now: () => 0 });
  const { journal, notices } = store;
  return { journal, notices, close: () => store.close() };
}
