import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { noGuesses } from '../../controller/core/guess-budget.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import { liveCodesSql } from '../../controller/store/live-codes.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import { whileDiskRefuses } from '../support/refusing-disk.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

const budget = {
  keypads: [
    { accessPoint: 'lobby', entry: 'code', missesMs: [-3, -2], lastMissMs: -2, locks: 1, lockedUntilMs: 9 },
  ],
  freeMissesMs: [-70, -3, -2],
  lastMissMs: -2,
  spent: true,
} as const;

const ann = { kind: 'resident', id: 'ann' };
const now = Date.parse('2026-06-15T16:00:00.000Z');

describe('the guess budget on disk', () => {
  it('is empty in a new database', () => {
    const { journal } = storeIn(tempDir());
    expect([journal.guesses(), journal.codesTooShort()]).toEqual([noGuesses, false]);
  });

  it('is found as it was stored when the database is opened again', () => {
    const dir = tempDir();
    const store = openStore(dir, { now: () => 0 });
    store.journal.commit(
      [],
      [
        { kind: 'guesses', budget },
        { kind: 'codesTooShort', tooShort: true },
      ],
    );
    store.close();
    const { journal } = storeIn(dir);
    expect([journal.guesses(), journal.codesTooShort()]).toEqual([budget, true]);
    journal.commit([], [{ kind: 'codesTooShort', tooShort: false }]);
    expect([journal.guesses(), journal.codesTooShort()]).toEqual([budget, false]);
  });

  it('changes with its event or not at all', () => {
    const { journal } = storeIn(tempDir());
    const commit = () => journal.commit(['{}'], [{ kind: 'guesses', budget }]);
    expect(() => whileDiskRefuses(commit)).toThrow(StorageFault);
    expect([journal.head().seq, journal.guesses()]).toEqual([0, noGuesses]);
    commit();
    expect([journal.head().seq, journal.guesses()]).toEqual([1, budget]);
  });

  it('counts every miss that was told, and none without its event, through kill -9', async () => {
    const dir = tempDir();
    const script = fileURLToPath(new URL('../support/miss-until-killed.ts', import.meta.url));
    for (let round = 1; round <= 4; round += 1) {
      const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const ended = once(child, 'exit');
      let told = 0;
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        told = Number(line);
        lines += 1;
        if (lines === 25 * round) child.kill('SIGKILL');
      }
      await ended;
      const store = openStore(dir, { now: () => 0 });
      const { seq } = store.journal.head();
      expect([seq >= told, store.journal.guesses().lastMissMs]).toEqual([true, seq]);
      store.close();
    }
  });
});

describe('the live codes', () => {
  const pins = [
    rows.aCredential('pin', ann),
    rows.aCredential('ends', ann, { code: '2', validUntil: '2026-06-15T16:00:00.001Z' }),
    rows.aCredential('ended', ann, { code: '3', validUntil: '2026-06-15T16:00:00.000Z' }),
    rows.aCredential('gone', ann, { code: '4', status: 'revoked' }),
    rows.aCredential('card', ann, { code: '5', kind: 'card' }),
  ].map((row) => rowOf('credential', row));
  const guests = [
    rows.aGuest('gus'),
    rows.aGuest('over', { code: '7', endsAt: '2026-06-01T00:00:00.000Z' }),
    rows.aGuest('off', { code: '8', revoked: true }),
  ].map((row) => rowOf('guest', row));

  it('are the pins and guests that neither have ended nor were taken back', () => {
    const { replica } = storeIn(tempDir());
    const cloud = new CloudRows();
    replica.applyDelta(cloud.put(...pins, ...guests));
    expect(replica.liveCodes(now)).toBe(3);
    replica.applyDelta(cloud.put(rowOf('guest', rows.aGuest('gus', { version: 2, revoked: true }))));
    expect(replica.liveCodes(now)).toBe(2);
  });

  it('are those of a snapshot once it is live, and not before', async () => {
    const { replica } = storeIn(tempDir());
    const cloud = new CloudRows();
    for (const row of [...pins, ...guests]) cloud.rows.set(`${row.table} ${row.id}`, row);
    const { manifest, chunks } = cloud.snapshot(3);
    replica.stageManifest(manifest);
    for (const [index, lines] of chunks.entries()) replica.stageChunk(manifest.snapshot, index, lines);
    expect(replica.liveCodes(now)).toBe(0);
    await replica.applyStaged();
    expect(replica.liveCodes(now)).toBe(3);
  });

  it('are counted from the index alone', () => {
    const dir = tempDir();
    openStore(dir, { now: () => 0 }).close();
    const db = openDatabase(join(dir, 'replica.db'));
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${liveCodesSql}`).all(now) as { detail: string }[];
    db.close();
    expect(plan[0]?.detail).toMatch(/USING COVERING INDEX row_live_code/);
  });
});
