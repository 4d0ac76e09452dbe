import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DoorId, ResidentId } from '../../controller/core/dataset.ts';
import { bitsForm, codeForm, type WireRow } from '../../controller/core/hash-forms.ts';
import { grantKey, hashKey } from '../../controller/store/look-up-key.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';
import { credentialHash } from '../../sync/protocol/hashes.ts';

export const siteKey = new Uint8Array(32).fill(7);
export const grantsEach = 4;
const doorIds = Array.from({ length: 8 }, (_, n) => DoorId.parse(`door-${n}`));

/** Eight digits, different for every resident, spread over the whole range. */
export const codeOf = (resident: number): string =>
  String((resident * 48_271 + 10_000_019) % 100_000_000).padStart(8, '0');
/** What a resident presents. A million of them have cards: codes short enough to be typed would run out. */
export type By = 'code' | 'card';
export const cardOf = (resident: number): string => resident.toString(16).padStart(8, '0');
export const cardBits = 32;
const formOf = (by: By, resident: number): string =>
  by === 'code' ? codeForm(codeOf(resident)) : bitsForm(cardBits, cardOf(resident));

export const residentOf = (n: number): ResidentId => ResidentId.parse(`resident-${n}`);
export const doorOf = (resident: number, nth = 0): DoorId =>
  doorIds[(resident + nth) % doorIds.length] as DoorId;

const building = {
  id: 'big',
  version: 1,
  name: 'Big building',
  timezone: 'America/Toronto',
  languages: ['en', 'fr'],
  moveInTime: '06:00',
  directoryCodeLength: 4,
  entryCodeLength: 8,
  callUnlockDigits: '9',
  ringTimeoutMs: 30_000,
  talkTimeoutMs: 60_000,
  guestCodesForDays: null,
  listing: 'list',
};

const door = (n: number) => ({
  id: `door-${n}`,
  version: 1,
  name: { en: `Door ${n}`, fr: `Porte ${n}` },
  kind: 'wired',
  guestEntrance: n === 0,
  authentication: 'cardOrCode',
  accessTimeMs: 5_000,
  extendedAccessTimeMs: 15_000,
  openTooLongMs: 30_000,
  preAlarmMs: 10_000,
  relockOn: 'close',
});

const resident = (n: number) => ({
  id: `resident-${n}`,
  version: 1,
  suite: String(100 + (n % 5_000)),
  displayName: `Resident ${n}`,
  showOnConsole: true,
  directoryCode: String(n % 10_000).padStart(4, '0'),
  escalationNumbers: [],
  // The one who is called.
  ...(n === 0 ? { phone: '+14165550100' } : {}),
  language: n % 2 === 0 ? 'en' : 'fr',
  moveInDate: '2024-05-01',
  extendedAccess: false,
  status: 'active',
});

interface BenchRow {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The building's rows as the cloud sends them, for so many residents. */
export function* wireRows(residents: number, version: number): Generator<WireRow> {
  const wire = (table: string, row: BenchRow): WireRow => ({
    table,
    id: row.id,
    version,
    row: JSON.stringify({ ...row, version }),
  });
  yield wire('building', building);
  for (let n = 0; n < doorIds.length; n += 1) yield wire('door', door(n));
  for (let n = 0; n < residents; n += 1)
    for (const [table, , row] of rowsOf(n, 'code')) yield wire(table, row);
}

/** Rows of one resident with what the store's projection finds each by. */
function* rowsOf(
  n: number,
  by: By,
): Generator<
  readonly [table: string, id: string, row: BenchRow, lookUp: number | null, suite: string | null]
> {
  const holder = { kind: 'resident', id: residentOf(n) } as const;
  const row = resident(n);
  yield ['resident', row.id, row, null, row.suite];
  const hash = credentialHash(siteKey, formOf(by, n));
  yield [
    'credential',
    `code-${n}`,
    { id: `code-${n}`, version: 1, holder, kind: by === 'code' ? 'pin' : 'card', hash, status: 'active' },
    hashKey(hash),
    null,
  ];
  for (let nth = 0; nth < grantsEach; nth += 1) {
    const id = `grant-${n}-${nth}`;
    const at = doorOf(n, nth);
    yield [
      'grant',
      id,
      { id, version: 1, subject: holder, door: at, source: 'common' },
      grantKey(holder, DoorId.parse(at)),
      null,
    ];
  }
}

/**
 * A building of so many residents on disk, in `dir`. Rows are written past the schema check, as they rest after it: the
 * benches measure decisions, not the arrival of 600,000 rows.
 */
export function writeBigBuilding(dir: string, residents: number, by: By = 'code'): void {
  openStore(dir, { now: Date.now }).close();
  const db = new Database(join(dir, 'replica.db'));
  db.pragma('synchronous = OFF');
  const insert = db.prepare(
    `INSERT INTO row (gen, tbl, id, version, row, look_up, listed_suite)
     VALUES ((SELECT live FROM dataset), ?, ?, 1, ?, ?, ?)`,
  );
  db.transaction(() => {
    insert.run('building', building.id, JSON.stringify(building), null, null);
    for (let n = 0; n < doorIds.length; n += 1)
      insert.run('door', `door-${n}`, JSON.stringify(door(n)), null, null);
    for (let n = 0; n < residents; n += 1) {
      for (const [table, id, row, lookUp, suite] of rowsOf(n, by)) {
        insert.run(table, id, JSON.stringify(row), lookUp, suite);
      }
    }
    db.prepare('UPDATE dataset SET epoch = 1, seq = 1').run();
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

export const openBigBuilding = (dir: string): Store => openStore(dir, { now: Date.now });
