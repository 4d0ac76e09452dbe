import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CredentialHasher } from '../../controller/app/credential-hasher.ts';
import { Doors } from '../../controller/app/doors.ts';
import { SystemClock, systemTime } from '../../controller/app/system-clock.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';
import { codeOf, doorOf, siteKey, wireRows } from './big-building.ts';
import { bringSnapshot, packSnapshot } from './bring-snapshot.ts';
import { type Bench, percentile, rounded, timed } from './measure.ts';

/** Six rows each, and the building's own. */
const residents = 16_665;

interface Decided {
  readonly tookMs: number;
  /** It was asked for while the snapshot was swapped in; otherwise while its chunks came. */
  readonly applying: boolean;
}

/** One decision after the other until `signal`, each from when it is asked for to its answer. */
async function decideUntil(signal: AbortSignal, store: Store): Promise<readonly Decided[]> {
  const clock = new SystemClock(systemTime, 0);
  clock.setFromWelcome({ time: Date.now(), atMonotonicMs: clock.monotonicMs() });
  const doors = new Doors({ ...store, clock, guesses: { isLockedOut: () => false } });
  const hasher = new CredentialHasher(siteKey);
  const decided: Decided[] = [];
  for (let n = 0; !signal.aborted; n = (n + 7_919) % residents) {
    const { applying } = store.replica;
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
    decided.push({ tookMs: performance.now() - asked, applying });
  }
  return decided;
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

/** 100,000 rows from their manifest to live, while decisions go on with the old version. */
export const snapshotBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const store = openStore(dir, { now: Date.now });
  try {
    const before = packSnapshot([...wireRows(residents, 1)], 1);
    progress(`${before.manifest.rows.toLocaleString('en')} rows live …`);
    await bringSnapshot(store, before);
    const after = packSnapshot([...wireRows(residents, 2)], 2);
    const { rows } = after.manifest;
    progress(
      `${rows.toLocaleString('en')} new ones fetched, staged and applied, with decisions all the while …`,
    );
    const ending = new AbortController();
    const decisions = decideUntil(ending.signal, store);
    const { stagedMs, appliedMs } = await bringSnapshot(store, after);
    ending.abort();
    const decided = await decisions;
    const slowest = (some: readonly Decided[]): number =>
      rounded(some.reduce((most, { tookMs }) => Math.max(most, tookMs), 0));
    progress('the bare inserts …');
    const bareMs = insertBare(dir);
    const perSecond = (ms: number): number => (rows / ms) * 1_000;
    return {
      rows,
      rowsPerSecond: rounded(perSecond(appliedMs), 0),
      bareRowsPerSecond: rounded(perSecond(bareMs), 0),
      ratio: rounded(bareMs / appliedMs),
      decisions: decided.length,
      slowestDecisionMs: slowest(decided.filter(({ applying }) => applying)),
      slowestWhileStagedMs: slowest(decided.filter(({ applying }) => !applying)),
      decisionP999ms: rounded(
        percentile(
          decided.map(({ tookMs }) => tookMs),
          0.999,
        ),
      ),
      stagedRowsPerSecond: rounded(perSecond(stagedMs), 0),
    };
  } finally {
    store.close();
    rmSync(dir, { recursive: true, force: true });
  }
};
