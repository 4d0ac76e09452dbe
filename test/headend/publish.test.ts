import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestMinus, digestPlus } from '../../controller/core/hash-forms.ts';
import type { RowToPublish } from '../../sync/headend/dataset/diff.ts';
import { openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { rowHash } from '../../sync/protocol/hashes.ts';
import type { Delta, RowOp } from '../../sync/protocol/messages.ts';
import { digestNow, liveRows, temporaryHeadEnd } from '../support/head-end-state.ts';
import { publishable, smallBuilding, withChange, without } from '../support/published-rows.ts';
import { hashOf } from '../support/rows.ts';

const delta = (text: string | null | undefined): Delta => JSON.parse(text ?? 'null') as Delta;

describe('publishing a building', () => {
  it('commits every row once, with the digest over all of them', () => {
    const head = temporaryHeadEnd();
    const published = head.books.desk.publish(smallBuilding());
    expect(published).toMatchObject({ kind: 'published', building: 'maple-court', seq: 1, as: 'delta' });
    expect(liveRows(head.books.store)).toHaveLength(7);
    expect(head.books.store.dataset.cursor().digest).toBe(digestNow(head.books.store));
  });

  it('does nothing for a file that says the same', () => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    const again = head.books.desk.publish([...smallBuilding()].reverse());
    expect(again).toMatchObject({ kind: 'unchanged', seq: 1 });
  });

  it('sends only what differs', () => {
    const head = temporaryHeadEnd();
    const { store, desk } = head.books;
    desk.publish(smallBuilding());
    const before = store.dataset.cursor();
    const changed = without(withChange(smallBuilding(), 'r-1', { overrideDisplayName: 'Zo' }), 'v-1');
    desk.publish(changed);
    const [logged] = store.dataset.deltasAfter(1, 10);
    const sent = delta(logged?.payload);
    expect(sent).toMatchObject({ aud: 'building:maple-court', epoch: before.epoch, prev: 1, seq: 2 });
    const ops = sent.ops as RowOp[];
    expect(
      ops.map((op) =>
        'put' in op ? `put ${op.put.id} ${op.put.version}` : `delete ${op.delete.id} ${op.delete.version}`,
      ),
    ).toEqual(['put r-1 2', 'delete v-1 2']);
    expect(sent.digest).toBe(digestNow(store));
    expect(logged?.urgent).toBe(true);
  });

  it('leaves digests that a device can follow op by op', () => {
    const head = temporaryHeadEnd();
    const { store, desk } = head.books;
    const hashes = new Map<string, string>();
    let digest = '0'.repeat(64);
    for (const rows of [
      smallBuilding(),
      without(smallBuilding(), 'c-1'),
      withChange(smallBuilding(), 'v-1', { revoked: true }),
    ]) {
      const { seq } = desk.publish(rows);
      const { ops, digest: promised } = delta(store.dataset.deltasAfter(seq - 1, 1)[0]?.payload);
      for (const op of ops as RowOp[]) {
        const { table, id } = 'put' in op ? op.put : op.delete;
        const old = hashes.get(`${table} ${id}`);
        if (old !== undefined) digest = digestMinus(digest, old);
        hashes.delete(`${table} ${id}`);
        if ('put' in op) {
          hashes.set(`${table} ${id}`, rowHash(op.put));
          digest = digestPlus(digest, rowHash(op.put));
        }
      }
      expect(digest).toBe(promised);
    }
  });

  it('publishes as a snapshot what would not fit into a delta', () => {
    const head = temporaryHeadEnd();
    const many = Array.from({ length: 400 }, (_, i) => publishable.resident(`r-${i}`, { suite: `${i}` }));
    const published = head.books.desk.publish([publishable.building(), ...many]);
    expect(published.as).toBe('snapshot');
    expect(head.books.store.dataset.deltasAfter(0, 1)).toMatchObject([{ seq: 1, payload: null }]);
  });

  it('refuses another building, naming both, and changes nothing', () => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    expect(() => head.books.desk.publish([publishable.building({ id: 'elm-house' })])).toThrow(
      /maple-court.*elm-house/,
    );
    expect(head.books.store.dataset.cursor().seq).toBe(1);
  });

  it.each([
    [
      'a row that devices would refuse',
      withChange(smallBuilding(), 'r-1', { directoryCode: 'abc' }),
      /resident r-1: directoryCode/,
    ],
    ['a code in clear', withChange(smallBuilding(), 'c-1', { hash: '11112222' }), /credential c-1: hash/],
    ['rows of no building', without(smallBuilding(), 'maple-court'), /one building; this one has 0/],
    ['a row beyond any message', withChange(smallBuilding(), 'r-1', { note: 'x'.repeat(70_000) }), /60 KiB/],
  ] as const)('refuses %s, without its value', (_, rows, sentence) => {
    const head = temporaryHeadEnd();
    expect(() => head.books.desk.publish(rows)).toThrow(sentence);
    expect(() => head.books.desk.publish(rows)).not.toThrow(/11112222/);
    expect(head.books.store.dataset.cursor().seq).toBe(0);
  });

  it('reaches the same rows by any way, with versions that only grow', () => {
    const anyBuilding = fc
      .tuple(
        fc.uniqueArray(fc.tuple(fc.constantFrom('r-1', 'r-2', 'r-3'), fc.constantFrom('A', 'B')), {
          selector: ([id]) => id,
        }),
        fc.uniqueArray(fc.tuple(fc.constantFrom('v-1', 'v-2'), fc.boolean()), { selector: ([id]) => id }),
      )
      .map(([residents, guests]): readonly RowToPublish[] => [
        publishable.building(),
        ...residents.map(([id, displayName]) => publishable.resident(id, { displayName })),
        ...guests.map(([id, revoked]) => publishable.guest(id, { revoked })),
      ]);
    const withoutVersions = (head: ReturnType<typeof temporaryHeadEnd>): string[] =>
      liveRows(head.books.store)
        .map(({ row }) => JSON.stringify({ ...JSON.parse(row), version: 0 }))
        .sort();
    fc.assert(
      fc.property(anyBuilding, anyBuilding, (a, b) => {
        const both = temporaryHeadEnd();
        const fresh = temporaryHeadEnd();
        both.books.desk.publish(a);
        const before = new Map(both.books.store.dataset.rows().map((row) => [`${row.table} ${row.id}`, row]));
        both.books.desk.publish(b);
        fresh.books.desk.publish(b);
        expect(withoutVersions(both)).toEqual(withoutVersions(fresh));
        expect(both.books.store.dataset.cursor().digest).toBe(digestNow(both.books.store));
        for (const row of both.books.store.dataset.rows()) {
          const old = before.get(`${row.table} ${row.id}`);
          if (old !== undefined && old.row !== row.row) expect(row.version).toBeGreaterThan(old.version);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('a revocation by hand', () => {
  const rowNow = (
    head: ReturnType<typeof temporaryHeadEnd>,
    table: string,
    id: string,
  ): Record<string, unknown> | null => {
    const text = head.books.store.dataset.row(table, id)?.row;
    return text === null || text === undefined ? null : (JSON.parse(text) as Record<string, unknown>);
  };

  it.each([
    ['credential', 'c-1', { status: 'revoked', version: 2 }],
    ['guest', 'v-1', { revoked: true, version: 2 }],
    ['resident', 'r-1', { status: 'suspended', version: 2 }],
    ['staff', 's-1', { status: 'suspended', version: 2 }],
    ['grant', 'g-1', null],
  ] as const)('of a %s is its next version', (table, id, expected) => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    expect(head.books.desk.revoke(table, id)).toMatchObject({ kind: 'published', seq: 2 });
    if (expected === null) expect(rowNow(head, table, id)).toBeNull();
    else expect(rowNow(head, table, id)).toMatchObject(expected);
  });

  it('outlives publishing the row unchanged, changed, without it and with it again', () => {
    const head = temporaryHeadEnd();
    const { desk } = head.books;
    desk.publish(smallBuilding());
    desk.revoke('credential', 'c-1');
    expect(desk.publish(smallBuilding()).kind).toBe('unchanged');
    desk.publish(withChange(smallBuilding(), 'c-1', { hash: hashOf('other') }));
    expect(rowNow(head, 'credential', 'c-1')).toMatchObject({ status: 'revoked', hash: hashOf('other') });
    desk.publish(without(smallBuilding(), 'c-1'));
    expect(rowNow(head, 'credential', 'c-1')).toBeNull();
    desk.publish(smallBuilding());
    expect(rowNow(head, 'credential', 'c-1')).toMatchObject({ status: 'revoked', version: 5 });
  });

  it('ends with reinstating, which publishes what the file last said', () => {
    const head = temporaryHeadEnd();
    const { desk } = head.books;
    desk.publish(smallBuilding());
    desk.revoke('credential', 'c-1');
    desk.publish(withChange(smallBuilding(), 'c-1', { hash: hashOf('other') }));
    desk.reinstate('credential', 'c-1');
    expect(rowNow(head, 'credential', 'c-1')).toMatchObject({
      status: 'active',
      hash: hashOf('other'),
      version: 4,
    });
    desk.revoke('grant', 'g-1');
    desk.reinstate('grant', 'g-1');
    expect(rowNow(head, 'grant', 'g-1')).toMatchObject({ version: 3 });
  });

  it('keeps a denial of the old version for every device', () => {
    const head = temporaryHeadEnd();
    const { desk, store } = head.books;
    desk.publish(smallBuilding());
    for (const id of ['front', 'back']) head.books.addDevice(id, join(head.folder, id), 'mqtt://broker.test');
    desk.revoke('credential', 'c-1');
    const { epoch, seq } = store.dataset.cursor();
    for (const id of ['front', 'back']) {
      expect(store.commands.ofDevice(id, 'revoke').map(({ args }) => args)).toEqual([
        { table: 'credential', id: 'c-1', maxVersion: 1, epoch, seq },
      ]);
    }
  });

  it('changes nothing a second time', () => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    head.books.desk.revoke('guest', 'v-1');
    expect(head.books.desk.revoke('guest', 'v-1').kind).toBe('unchanged');
  });

  it.each([
    ['a row that is not there', 'resident', 'nobody', /No resident.*"nobody".*r-1/],
    ['a table that cannot be revoked', 'door', 'lobby', /"door" cannot be revoked; choose one of credential/],
  ])('of %s is refused in a sentence', (_, table, id, sentence) => {
    const head = temporaryHeadEnd();
    head.books.desk.publish(smallBuilding());
    expect(() => head.books.desk.revoke(table, id)).toThrow(sentence);
    expect(() => head.books.desk.reinstate('resident', 'r-1')).toThrow(/nothing to reinstate/);
  });
});

describe('a database restored from a backup', () => {
  it('goes on in a new epoch with every version above any that was lost', () => {
    const head = temporaryHeadEnd();
    const { store, desk } = head.books;
    desk.publish(smallBuilding());
    desk.publish(without(smallBuilding(), 'v-1'));
    const before = store.dataset.cursor();
    const after = store.dataset.startEpoch(before.epoch + 100);
    expect(after).toEqual({ epoch: before.epoch + 100, seq: 2, digest: digestNow(store) });
    for (const row of store.dataset.rows()) expect(row.version).toBe(after.epoch);
    desk.publish(smallBuilding());
    expect(store.dataset.row('guest', 'v-1')?.version).toBe(after.epoch + 1);
  });

  it('counts lockdowns on from above those that it has forgotten', () => {
    const lost = temporaryHeadEnd().books.store.commands;
    const restored = temporaryHeadEnd().books.store.commands;
    const second = 1_000;
    const now = Date.parse('2027-03-01T12:00:00.000Z');
    for (let times = 0; times < 5; times += 1) lost.setLockdown('building', true, now + times * second);
    const last = lost.setLockdown('building', true, now + 5 * second);
    const first = restored.setLockdown('building', false, now + 60 * second);
    expect(first.counter).toBeGreaterThan(last.counter);
    expect(restored.setLockdown('building', true, now).counter).toBe(first.counter + 1);
  });
});

describe('the books on disk', () => {
  it('say the same after reopening', () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
    try {
      const first = openHeadEnd({ stateDir });
      first.desk.publish(smallBuilding());
      const { cursor } = first.store.dataset;
      const before = cursor();
      first.close();
      const second = openHeadEnd({ stateDir });
      expect(second.store.dataset.cursor()).toEqual(before);
      expect(second.desk.publish(smallBuilding()).kind).toBe('unchanged');
      second.close();
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
