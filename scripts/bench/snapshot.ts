import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CredentialHasher } from '../../controller/app/credential-hasher.ts';
import { Doors } from '../../controller/app/doors.ts';
import { SystemClock, systemTime } from '../../controller/app/system-clock.ts';
import { digestOf, type WireRow } from '../../controller/core/hash-forms.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';
import { rowHash } from '../../sync/protocol/hashes.ts';
import { codeOf, doorOf, siteKey, wireRows } from './big-building.ts';
import { type Bench, percentile, rounded, timed } from './measure.ts';

/** Six rows each, and the building's own. */
const residents = 16_665;
const rowsPerChunk = 1_000;
const snapshot = '6f1c9a54-3d0e-4a3b-9a53-0f6c1f5f7a01';

/** Stages rows as the next snapshot; returns how long each chunk took, in ms. */
function stage(store: Store, rows: readonly WireRow[], seq: number): readonly number[] {
  const chunks = Array.from({ length: Math.ceil(rows.length / rowsPerChunk) }, (_, n) =>
    rows.slice(n * rowsPerChunk, (n + 1) * rowsPerChunk),
  );
  store.replica.stageManifest({
    snapshot,
    epoch: 1,
    seq,
    rows: rows.length,
    digest: digestOf(rows.map(rowHash)),
    chunks: chunks.map(() => '0'.repeat(64)),
  });
  return chunks.map((chunk, n) => timed(() => store.replica.stageChunk(snapshot, n, chunk)));
}

async function apply(store: Store): Promise<number> {
  const began = performance.now();
  const { kind } = await store.replica.applyStaged();
  if (kind !== 'applied') throw new Error(`the snapshot was not applied: ${kind}`);
  return performance.now() - began;
}

/** One decision after the other until `signal`, each from when it is asked for to its answer; in ms. */
async function decideUntil(signal: AbortSignal, store: Store): Promise<readonly number[]> {
  const clock = new SystemClock(systemTime, 0);
  clock.setFromWelcome({ time: Date.now(), atMonotonicMs: clock.monotonicMs() });
  const doors = new Doors({ ...store, clock, guesses: { isLockedOut: () => false } });
  const hasher = new CredentialHasher(siteKey);
  const tookMs: number[] = [];
  for (let n = 0; !signal.aborted; n = (n + 7_919) % residents) {
    const asked = performance.now();
    await new Promise(setImmediate);
    const { outcome } = doors.decide({
      kind: 'credential',
      method: 'code',
      hash: hasher.hash({ kind: 'code', digits: codeOf(n) }),
      door: doorOf(n),
      accessPoint: 'bench',
    });
    if (outcome !== 'grant') throw new Error(`resident ${n} was not granted access`);
    tookMs.push(performance.now() - asked);
  }
  return tookMs;
}

/** The same rows into the same tables and indexes, by better-sqlite3 alone, in one transaction; ms. */
function insertBare(dir: string): number {
  const from = new Database(join(dir, 'replica.db'), { readonly: true });
  const schema = from
    .prepare<[], string>(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .pluck()
    .all();
  const rows = from.prepare('SELECT * FROM row').raw().all();
  const members = from.prepare('SELECT * FROM member').raw().all();
  from.close();
  const db = new Database(join(dir, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  for (const sql of schema) db.exec(sql);
  const insert = db.prepare('INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertMember = db.prepare('INSERT INTO member VALUES (?, ?, ?)');
  const ms = timed(
    db.transaction(() => {
      for (const row of rows) insert.run(row);
      for (const member of members) insertMember.run(member);
    }),
  );
  db.close();
  return ms;
}

/** 100,000 rows from all chunks staged to live, while decisions go on with the old version. */
export const snapshotBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const store = openStore(dir, { now: Date.now });
  try {
    const before = [...wireRows(residents, 1)];
    progress(`${before.length.toLocaleString('en')} rows live …`);
    stage(store, before, 1);
    await apply(store);
    const after = [...wireRows(residents, 2)];
    progress(
      `${after.length.toLocaleString('en')} new ones staged and applied, with decisions all the while …`,
    );
    const staging = stage(store, after, 2);
    const ending = new AbortController();
    const decisions = decideUntil(ending.signal, store);
    const appliedMs = await apply(store);
    ending.abort();
    const tookMs = await decisions;
    progress('the bare inserts …');
    const bareMs = insertBare(dir);
    const perSecond = (ms: number): number => (after.length / ms) * 1_000;
    return {
      rows: after.length,
      rowsPerSecond: rounded(perSecond(appliedMs), 0),
      bareRowsPerSecond: rounded(perSecond(bareMs), 0),
      ratio: rounded(bareMs / appliedMs),
      decisions: tookMs.length,
      slowestDecisionMs: rounded(Math.max(...tookMs)),
      stagedRowsPerSecond: rounded(perSecond(staging.reduce((sum, ms) => sum + ms, 0)), 0),
      stagedChunkP99ms: rounded(percentile(staging, 0.99)),
    };
  } finally {
    store.close();
    rmSync(dir, { recursive: true, force: true });
  }
};
