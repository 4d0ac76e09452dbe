import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WireRow } from '../../controller/core/hash-forms.ts';
import type { RowOp } from '../../controller/ports/replica.ts';
import { openStore } from '../../controller/store/open-store.ts';
import { CloudRows, digestOfRows, rowOf } from '../support/cloud-rows.ts';
import * as rows from '../support/rows.ts';
import { tempDir } from '../support/store.ts';

type Change = {
  readonly table: string;
  readonly id: string;
  readonly text: string;
  readonly remove: boolean;
};

const change: fc.Arbitrary<Change> = fc.record({
  table: fc.constantFrom('door', 'group', 'area', 'lift'),
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  text: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  remove: fc.boolean(),
});

/** A row of that table at the next version; some their schema accepts, some not, some are not even JSON. */
function nextRow({ table, id, text }: Change, version: number): WireRow {
  if (table === 'door') return rowOf(table, { ...rows.aDoor(id), version, name: { en: text, fr: text } });
  if (table === 'group') {
    return rowOf(table, { id, version, members: [{ kind: 'resident', id: 'r' }] });
  }
  return table === 'area' ? { table, id, version, row: `${text}~` } : rowOf(table, { id, version, text });
}

/** The change as an op that keeps the rules, given what the cloud holds. */
function opOf(cloud: CloudRows, wanted: Change): RowOp {
  const live = cloud.rows.get(`${wanted.table} ${wanted.id}`);
  if (wanted.remove && live !== undefined) {
    return { delete: { table: wanted.table, id: wanted.id, version: live.version } };
  }
  return { put: nextRow(wanted, (live?.version ?? 0) + 1) };
}

it('any run of deltas leaves the rows and the digest that the cloud has', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }), (deltas) => {
      const dir = tempDir();
      const store = openStore(dir, { now: () => 0 });
      const { replica } = store;
      const cloud = new CloudRows();
      for (const changes of deltas) {
        // One row once in a delta: the ops are made from what the cloud held before it.
        const distinct = [...new Map(changes.map((one) => [`${one.table} ${one.id}`, one])).values()];
        const delta = cloud.delta(...distinct.map((one) => opOf(cloud, one)));
        expect(replica.applyDelta(delta).kind).toBe('applied');
        expect(replica.cursor().digest).toBe(digestOfRows(cloud.rows.values()));
      }
      expect(replica.verify()).toBe(true);
      for (const { table, id, version } of cloud.rows.values()) {
        expect(replica.rowVersion(table, id)).toBe(version);
      }
      store.close();
      rmSync(dir, { recursive: true });
    }),
    { numRuns: 40 },
  );
});
