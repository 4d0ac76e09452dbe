/**
 * One delta, in one transaction (PROTOCOL "Delta"). What holds afterwards, or nothing has changed:
 *
 * - The live rows add up to the delta's digest, and the cursor is the delta's.
 * - A put stands above the live row's version, a delete names a live row at its version or above it.
 * - The version of a deleted row is not remembered. A delta is taken once and in order (its `prev` is the cursor), so
 *   an older put cannot come back by itself; and a device that took a snapshot instead, which has no deleted rows,
 *   must judge the next delta exactly as one that took every delta.
 */
import type { Database } from 'better-sqlite3';
import { digestMinus, digestPlus } from '../core/hash-forms.ts';
import type { Delta, DeltaOutcome, RowOp, RowRefusal } from '../ports/replica.ts';
import { isBehind, prepareDatasetVersion } from './dataset-version.ts';
import { rowHash } from './row-hash.ts';
import { toStoredRow } from './row-projection.ts';
import { prepareRowWriter, type RowWriter } from './row-writer.ts';

/** Rolls the transaction back; never leaves this file. */
class Mismatch extends Error {}

/**
 * @returns a function that applies a delta.
 * @throws RangeError from it when the delta is not the next one: the caller compares cursors first.
 */
export function prepareApplyDelta(db: Database): (delta: Delta) => DeltaOutcome {
  const version = prepareDatasetVersion(db);
  const setCursor = db.prepare('UPDATE dataset SET epoch = ?, seq = ?, digest = ?');
  const writer = prepareRowWriter(db);

  const apply = db.transaction((delta: Delta): readonly RowRefusal[] => {
    const current = version.get();
    if (current === undefined) throw new RangeError('the dataset has no cursor');
    if (delta.prev !== current.seq || delta.seq <= delta.prev || isBehind(delta, current)) {
      throw new RangeError('a delta that does not follow the cursor');
    }
    const refusals: RowRefusal[] = [];
    let digest = current.digest;
    for (const op of delta.ops) digest = applyOp(writer, current.live, digest, op, refusals);
    if (digest !== delta.digest) throw new Mismatch('the rows do not add up to the digest');
    setCursor.run(delta.epoch, delta.seq, digest);
    return refusals;
  });

  return (delta) => {
    try {
      return { kind: 'applied', refusals: apply.immediate(delta) };
    } catch (error) {
      if (error instanceof Mismatch) return { kind: 'digestMismatch', problem: error.message };
      throw error;
    }
  };
}

/** Makes one change and returns the digest after it. */
function applyOp(writer: RowWriter, gen: number, digest: string, op: RowOp, refusals: RowRefusal[]): string {
  if ('put' in op) {
    const { table, id, version } = op.put;
    const name = `${table} ${id}`;
    const stored = toStoredRow(op.put);
    if (stored === undefined) throw new Mismatch(`${name} names another id or version inside`);
    const live = writer.find(gen, table, id);
    if (live !== undefined && version <= live.version) throw new Mismatch(`${name} is not above its version`);
    writer.put(gen, stored);
    if (stored.refused !== undefined) refusals.push({ table, id, ...stored.refused });
    const without = live === undefined ? digest : digestMinus(digest, rowHash({ table, id, ...live }));
    return digestPlus(without, rowHash(op.put));
  }
  if ('delete' in op) {
    const { table, id, version } = op.delete;
    const live = writer.find(gen, table, id);
    if (live === undefined) throw new Mismatch(`${table} ${id} is deleted and was not there`);
    if (version < live.version) throw new Mismatch(`${table} ${id} is deleted below its version`);
    writer.remove(gen, table, id);
    return digestMinus(digest, rowHash({ table, id, ...live }));
  }
  throw new Mismatch(`an unknown op ${String(op satisfies never)}`);
}
