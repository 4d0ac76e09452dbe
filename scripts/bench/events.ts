import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Recorder } from '../../controller/app/recorder.ts';
import { SystemClock, systemTime } from '../../controller/app/system-clock.ts';
import { CredentialId, DoorId, ResidentId } from '../../controller/core/dataset.ts';
import type { EventDraft } from '../../controller/ports/events.ts';
import { usualLogPages } from '../../controller/store/open-database.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { type Bench, inTurns, percentile, rounded } from './measure.ts';

const warmUp = 200;
const rounds = 3_000;

const granted: EventDraft = {
  type: 'AccessGranted',
  severity: 'info',
  extended: false,
  door: DoorId.parse('door-0'),
  accessPoint: 'lobby-keypad',
  subject: { kind: 'resident', id: ResidentId.parse('resident-8') },
  credential: CredentialId.parse('code-8'),
  explanation: {
    check: 12,
    rows: [
      { table: 'credential', id: 'code-8', version: 1 },
      { table: 'resident', id: 'resident-8', version: 1 },
      { table: 'door', id: 'door-0', version: 1 },
      { table: 'grant', id: 'grant-8-0', version: 1 },
    ],
    dataset: { epoch: 1, seq: 1 },
    clock: 'trusted',
  },
};

/** Bare fsynced inserts of that row. `logPages`: after how many the log is worked in; SQLite's 1,000 unless told. */
function bareInserts(
  file: string,
  { body, hash }: { readonly body: string; readonly hash: string },
  logPages?: number,
) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  if (logPages !== undefined) db.pragma(`wal_autocheckpoint = ${logPages}`);
  db.exec(
    'CREATE TABLE event (seq INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT',
  );
  const insert = db.prepare('INSERT INTO event VALUES (?, 0, ?, ?)');
  let seq = 0;
  return {
    next: (): void => {
      seq += 1;
      insert.run(seq, body, hash);
    },
    close: (): void => void db.close(),
  };
}

/**
 * An event stamped, hashed, chained and on disk, beside bare fsynced inserts of a row of its size, in turns: as SQLite makes
 * them by itself, and with a write-ahead log as short as ours.
 */
export const eventsBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const store = openStore(dir, { now: Date.now });
  const recorder = new Recorder(store.journal, new SystemClock(systemTime, 0));
  const [row = { body: '', hash: '' }] = recorder.commit([granted]);
  const plain = bareInserts(join(dir, 'bare.db'), row);
  const short = bareInserts(join(dir, 'bare-short.db'), row, usualLogPages);
  try {
    progress(`${rounds.toLocaleString('en')} events, one transaction and one fsync each …`);
    const works = {
      ours: (): void => void recorder.commit([granted]),
      bare: plain.next,
      bareShortLog: short.next,
    };
    inTurns(works, { rounds: warmUp, turn: 1 });
    const { ours, bare, bareShortLog } = inTurns(works, { rounds, turn: 1 });
    const perSecond = (samples: readonly number[]): number =>
      (samples.length * 1_000_000) / samples.reduce((sum, us) => sum + us, 0);
    return {
      commitsPerSecond: rounded(perSecond(ours), 0),
      barePerSecond: rounded(perSecond(bare), 0),
      ratio: rounded(perSecond(ours) / perSecond(bare)),
      ratioShortLog: rounded(perSecond(ours) / perSecond(bareShortLog)),
      p50us: rounded(percentile(ours, 0.5), 0),
      bareP50us: rounded(percentile(bare, 0.5), 0),
    };
  } finally {
    plain.close();
    short.close();
    store.close();
    rmSync(dir, { recursive: true, force: true });
  }
};
