import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Recorder } from '../../controller/app/recorder.ts';
import { SystemClock, systemTime } from '../../controller/app/system-clock.ts';
import { CredentialId, DoorId, ResidentId } from '../../controller/core/dataset.ts';
import type { EventDraft } from '../../controller/ports/events.ts';
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

/** An event stamped, hashed, chained and on disk, beside a bare fsynced insert of a row of its size, in turns. */
export const eventsBench: Bench = async ({ progress }) => {
  const dir = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const store = openStore(dir, { now: Date.now });
  const recorder = new Recorder(store.journal, new SystemClock(systemTime, 0));
  const db = new Database(join(dir, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(
    'CREATE TABLE event (seq INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT',
  );
  const insert = db.prepare('INSERT INTO event VALUES (?, 0, ?, ?)');
  const [{ body, hash } = { body: '', hash: '' }] = recorder.commit([granted]);
  let seq = 0;
  try {
    progress(`${rounds.toLocaleString('en')} events, one transaction and one fsync each …`);
    const works = {
      ours: (): void => void recorder.commit([granted]),
      bare: (): void => {
        seq += 1;
        insert.run(seq, body, hash);
      },
    };
    inTurns(works, { rounds: warmUp, turn: 1 });
    const { ours, bare } = inTurns(works, { rounds, turn: 1 });
    const perSecond = (samples: readonly number[]): number =>
      (samples.length * 1_000_000) / samples.reduce((sum, us) => sum + us, 0);
    return {
      commitsPerSecond: rounded(perSecond(ours), 0),
      barePerSecond: rounded(perSecond(bare), 0),
      ratio: rounded(perSecond(ours) / perSecond(bare)),
      p50us: rounded(percentile(ours, 0.5), 0),
      bareP50us: rounded(percentile(bare, 0.5), 0),
    };
  } finally {
    db.close();
    store.close();
    rmSync(dir, { recursive: true, force: true });
  }
};
