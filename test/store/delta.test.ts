import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DoorId } from '../../controller/core/dataset.ts';
import type { WireRow } from '../../controller/core/hash-forms.ts';
import type { Delta, Replica, RowOp } from '../../controller/ports/replica.ts';
import { openDatabase } from '../../controller/store/open-database.ts';
import { CloudRows, digestOfRows, rowOf } from '../support/cloud-rows.ts';
import * as rows from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

const lobby = (version: number, fields = {}) => rowOf('door', rows.aDoor('lobby', { version, ...fields }));
const lobbyId = DoorId.parse('lobby');
const doorOf = (replica: Replica) => replica.read((found) => found.door(lobbyId));

/** A replica with the door `lobby` at version 5. */
function started() {
  const dir = tempDir();
  const { replica } = storeIn(dir);
  const cloud = new CloudRows();
  replica.applyDelta(cloud.put(lobby(5)));
  return { dir, replica, cloud };
}

describe('a delta', () => {
  it('puts and deletes rows and moves the cursor to the cloud’s digest, on disk', () => {
    const { dir, replica, cloud } = started();
    const changes: string[] = [];
    replica.onChange(() => changes.push(`seq ${replica.cursor().seq}`));
    replica.applyDelta(cloud.put(lobby(6), rowOf('area', { id: 'p1', version: 1 })));
    replica.applyDelta(cloud.delta({ delete: { table: 'door', id: 'lobby', version: 6 } }));
    expect(changes).toEqual(['seq 2', 'seq 3']);
    expect(doorOf(replica)).toBeUndefined();

    const again = storeIn(dir).replica;
    expect(again.cursor()).toEqual({ epoch: 1, seq: 3, digest: cloud.digest() });
    expect(again.verify()).toBe(true);
  });

  it('comes back to the empty digest when the last row goes', () => {
    const { replica, cloud } = started();
    replica.applyDelta(cloud.delta({ delete: { table: 'door', id: 'lobby', version: 5 } }));
    expect(replica.cursor().digest).toBe('0'.repeat(64));
  });

  it.each<readonly [string, readonly unknown[]]>([
    ['puts a row at the live version', [{ put: lobby(5) }]],
    ['puts a row below the live version', [{ put: lobby(4) }]],
    ['puts one row twice at one version', [{ put: lobby(6) }, { put: lobby(6) }]],
    ['names another id inside the row', [{ put: { ...lobby(6), id: 'gym' } }]],
    ['names another version inside the row', [{ put: { ...lobby(6), version: 7 } }]],
    [
      'names another id inside a row of a table unknown here',
      [{ put: { ...lobby(6), table: 'lift', id: 'gym' } }],
    ],
    [
      'names another id inside a row that its schema refuses',
      [{ put: { table: 'door', id: 'gym', version: 1, row: '{"id":"roof","version":1}' } }],
    ],
    ['deletes a row that is not there', [{ delete: { table: 'door', id: 'gym', version: 1 } }]],
    ['deletes a row below its version', [{ delete: { table: 'door', id: 'lobby', version: 4 } }]],
    ['has an op unknown here', [{ move: { table: 'door', id: 'lobby', version: 6 } }]],
    [
      'does all well before it fails',
      [
        { put: rowOf('door', rows.aDoor('gym')) },
        { delete: { table: 'door', id: 'lobby', version: 5 } },
        { put: { ...lobby(6), id: 'roof' } },
      ],
    ],
  ])('that %s is refused whole', (_, ops) => {
    const { replica, cloud } = started();
    const before = replica.cursor();
    // The digest is what the cloud would come to by doing it all the same: it is the rule that refuses.
    const outcome = replica.applyDelta(cloud.delta(...(ops as readonly RowOp[])));
    expect(outcome.kind).toBe('digestMismatch');
    expect(replica.cursor()).toEqual(before);
    expect(doorOf(replica)?.version).toBe(5);
    expect(replica.read((found) => found.door(DoorId.parse('gym')))).toBeUndefined();
    expect(replica.verify()).toBe(true);
  });

  it('whose digest is another is refused whole', () => {
    const { replica, cloud } = started();
    const outcome = replica.applyDelta({ ...cloud.put(lobby(6)), digest: 'a'.repeat(64) });
    expect(outcome).toEqual({ kind: 'digestMismatch', problem: 'the rows do not add up to the digest' });
    expect([replica.cursor().seq, doorOf(replica)?.version]).toEqual([1, 5]);
  });

  it.each<readonly [string, Partial<Delta>]>([
    ['leaves a gap', { prev: 2, seq: 3 }],
    ['was applied before', { prev: 0, seq: 1 }],
    ['stands still', { prev: 1, seq: 1 }],
    ['is of an older epoch', { epoch: 0, prev: 1, seq: 2 }],
  ])('that %s is the caller’s mistake, and changes nothing', (_, cursor) => {
    const { replica, cloud } = started();
    const delta = { ...cloud.put(lobby(6)), ...cursor };
    expect(() => replica.applyDelta(delta)).toThrow(RangeError);
    expect([replica.cursor().seq, doorOf(replica)?.version]).toEqual([1, 5]);
  });

  it('may put a deleted row again, at any version: what is gone is not remembered', () => {
    const { replica, cloud } = started();
    replica.applyDelta(cloud.delta({ delete: { table: 'door', id: 'lobby', version: 9 } }));
    expect(replica.applyDelta(cloud.put(lobby(6))).kind).toBe('applied');
    expect(replica.rowVersion('door', 'lobby')).toBe(6);
  });

  it('keeps rows byte for byte, in any script and with fields of another time', () => {
    const { dir, replica, cloud } = started();
    const text = '{ "id":"hall",\t"version": 2, "name":{"fr":"Entrée d’Été 🚪\\u0000"}, "later":[1.50] }';
    replica.applyDelta(cloud.put({ table: 'lift', id: 'hall', version: 2, row: text }));
    const db = openDatabase(join(dir, 'replica.db'));
    expect(db.prepare("SELECT row FROM row WHERE tbl = 'lift'").pluck().get()).toBe(text);
    db.close();
    expect(replica.verify()).toBe(true);
  });
});

describe('a row that its schema refuses', () => {
  const bad: readonly (readonly [string, WireRow, string])[] = [
    ['has a field out of range', lobby(6, {}), 'accessTimeMs'],
    ['lacks a field', { table: 'door', id: 'lobby', version: 6, row: '{"id":"lobby","version":6}' }, 'name'],
    ['is no JSON', { table: 'door', id: 'lobby', version: 6, row: '{nonsense' }, ''],
  ];
  const spoiled = (row: WireRow): WireRow => ({
    ...row,
    row: row.row.replace('"accessTimeMs":5000', '"accessTimeMs":-1'),
  });

  it.each(bad)('because it %s is kept, counted, reported and not used', (_, row, field) => {
    const { replica, cloud } = started();
    const outcome = replica.applyDelta(cloud.put(spoiled(row)));
    expect(outcome).toEqual({
      kind: 'applied',
      refusals: [{ table: 'door', id: 'lobby', field, problem: expect.any(String) }],
    });
    expect(doorOf(replica)).toBeUndefined();
    expect(replica.rowVersion('door', 'lobby')).toBe(6);
    expect(replica.cursor().digest).toBe(cloud.digest());
  });

  it('is found again by nothing it was found by before', () => {
    const { replica, cloud } = started();
    const holder = { kind: 'resident', id: 'anna' };
    const credential = rowOf('credential', rows.aCredential('c', holder, { code: 'x' }));
    replica.applyDelta(cloud.put(credential));
    const spoilt = {
      ...credential,
      version: 2,
      row: credential.row.replace('"version":1', '"version":2').replace('pin', 'pen'),
    };
    replica.applyDelta(cloud.put(spoilt));
    expect(replica.read((found) => found.byHash(rows.hashOf('x')).credentials)).toEqual([]);
    replica.applyDelta(
      cloud.put(rowOf('credential', rows.aCredential('c', holder, { code: 'x', version: 3 }))),
    );
    expect(replica.read((found) => found.byHash(rows.hashOf('x')).credentials.length)).toBe(1);
  });

  it('never names the value at fault', () => {
    const { replica, cloud } = started();
    const row = rowOf('resident', { ...rows.aResident('anna'), directoryCode: '905123-1' });
    expect(JSON.stringify(replica.applyDelta(cloud.put(row)))).not.toContain('905123');
  });

  it('of a table unknown here is kept and counted, and nobody is told', () => {
    const { replica, cloud } = started();
    const outcome = replica.applyDelta(cloud.put(rowOf('lift', { id: 'north', version: 3 })));
    expect(outcome).toEqual({ kind: 'applied', refusals: [] });
    expect([replica.rowVersion('lift', 'north'), replica.cursor().digest]).toEqual([3, cloud.digest()]);
  });

  it('begins to count when another release reads it otherwise, and stops likewise', () => {
    const { dir, replica, cloud } = started();
    replica.applyDelta(cloud.put(rowOf('door', rows.aDoor('gym'))));
    // As a release would leave them that refused the gym and knew no rule against the lobby.
    const db = openDatabase(join(dir, 'replica.db'));
    db.exec(`UPDATE row SET refused_field = 'name', refused_problem = '?' WHERE id = 'gym';
      UPDATE row SET row = replace(row, '"accessTimeMs":5000', '"accessTimeMs":-1') WHERE id = 'lobby';
      UPDATE dataset SET reading = 'an older release'`);
    db.close();
    const again = storeIn(dir).replica;
    expect(again.read((found) => found.door(DoorId.parse('gym')))?.id).toBe('gym');
    expect(doorOf(again)).toBeUndefined();
  });
});

describe('verify', () => {
  it('tells when a live row is not the one that the digest counted', () => {
    const { dir, replica } = started();
    expect(replica.verify()).toBe(true);
    const db = openDatabase(join(dir, 'replica.db'));
    db.exec("UPDATE row SET row = replace(row, 'Lobby', 'Hobby')");
    db.close();
    expect(replica.verify()).toBe(false);
  });

  it('agrees with an empty dataset', () => {
    expect(storeIn(tempDir()).replica.verify()).toBe(true);
    expect(digestOfRows([])).toBe('0'.repeat(64));
  });
});
