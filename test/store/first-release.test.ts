import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DoorId } from '../../controller/core/dataset.ts';
import { noGuesses } from '../../controller/core/guess-budget.ts';
import { noHash } from '../../controller/core/hash-forms.ts';
import { eventHash } from '../../controller/store/event-log.ts';
import type { DatabaseKind } from '../../controller/store/migrate.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

/** A database as the first release made it. */
function firstRelease(dir: string, kind: DatabaseKind, first: string) {
  const db = openDatabase(join(dir, `${kind}.db`));
  const sql = new URL(`../../controller/store/migrations/${kind}/${first}`, import.meta.url);
  db.exec(readFileSync(sql, 'utf8'));
  db.pragma('user_version = 1');
  return db;
}

it('finds in the rows of the first release what is looked for today', () => {
  const dir = tempDir();
  const anna = { kind: 'resident', id: 'anna' } as const;
  const wire = [
    rowOf('resident', rows.aResident('anna', { suite: '204' })),
    rowOf('credential', rows.aCredential('pin', anna, { code: '11112222' })),
    rowOf('guest', rows.aGuest('gus', { code: '33334444' })),
    rowOf('grant', rows.aGrant('g', anna)),
  ];
  const { seq, epoch, digest } = new CloudRows().put(...wire);
  const db = firstRelease(dir, 'replica', '0001-rows.sql');
  const insert = db.prepare('INSERT INTO row (gen, tbl, id, version, row) VALUES (1, ?, ?, ?, ?)');
  for (const { table, id, version, row } of wire) insert.run(table, id, version, row);
  db.prepare('UPDATE dataset SET epoch = ?, seq = ?, digest = ?').run(epoch, seq, digest);
  db.close();

  const { replica, notices } = storeIn(dir);
  expect([notices, replica.verify(), replica.liveCodes(0)]).toEqual([[], true, 2]);
  replica.read((found) => {
    expect(found.byHash(rows.hashOf('11112222')).credentials).toHaveLength(1);
    expect(found.byHash(rows.hashOf('33334444')).guests).toHaveLength(1);
    expect(found.grants(rows.aCredential('pin', anna).holder, DoorId.parse('lobby'))).toHaveLength(1);
    expect(found.listedResidents(undefined, 9)).toHaveLength(1);
  });
});

it('goes on with the events of the first release', () => {
  const dir = tempDir();
  const db = firstRelease(dir, 'events', '0001-journal.sql');
  db.close();
  const { journal, notices } = storeIn(dir);
  expect([journal.guesses(), notices]).toEqual([noGuesses, []]);
  journal.commit(['{"n":1}'], [{ kind: 'countUse', guest: rows.aGuest('gus').id, at: 1 }]);
  expect([journal.head().seq, journal.guestUses(rows.aGuest('gus').id).used]).toEqual([1, 1]);
});

it('deletes the events of earlier releases a month after it came, whatever clock dated them', () => {
  const dir = tempDir();
  const db = firstRelease(dir, 'events', '0001-journal.sql');
  const bodies = ['1970-01-01', '2096-01-01', '2026-01-01'].map((date) => JSON.stringify({ date }));
  const insert = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?)');
  let hash = noHash;
  for (const [index, body] of bodies.entries()) {
    hash = eventHash(hash, body);
    insert.run(index + 1, Date.parse(JSON.parse(body).date), body, hash);
  }
  db.prepare("INSERT INTO journal VALUES (1, 'log', 3, ?, 3, 0, NULL, 1)").run(hash);
  db.close();
  const { journal } = storeIn(dir);
  const seqsAfter = (now: number) => {
    journal.prune({ now, keptMs: 30 });
    return journal.after(0, 9).map(({ seq }) => seq);
  };
  const came = Date.parse('2026-06-15T16:00:00.000Z');
  expect([came, came + 29, came + 30].map(seqsAfter)).toEqual([[1, 2, 3], [1, 2, 3], []]);
  journal.commit(['{}']);
  expect(journal.after(0, 9).map(({ seq }) => seq)).toEqual([4]);
});
