import { randomUUID } from 'node:crypto';
import { HeadEndError } from '../head-end-error.ts';
import { revokeTopic } from '../store/command-store.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { diffRows, type RowToPublish, type StoredRow } from './diff.ts';
import { withUses } from './guest-uses.ts';
import { commitChanges, type Published } from './publish-rows.ts';
import { isRevocable, type RevocableTable, revocableTables, revokedRow } from './revocation.ts';
import { typedId } from './summary.ts';

/**
 * Revokes a row: a denial for every device, and the row's next version, which stays revoked over later publishes
 * until `reinstate`. One transaction. Revoking again changes nothing.
 * @throws HeadEndError `notRevocable` or `unknownRow`.
 */
export function revoke(store: HeadEndStore, table: string, id: string, now: number): Published {
  const revocable = mustBeRevocable(table);
  return store.transact(() => {
    const before = store.dataset.row(revocable, id);
    if (store.overlays.get(revocable, id) !== undefined) return commitChanges(store, []);
    if (before?.row === undefined || before.row === null) throw unknownRow(store, revocable, id);
    const original = toPublish(before, before.row);
    const after = revokedRow(revocable, original);
    store.overlays.put(revocable, id, original);
    const published = commitChanges(store, diffRows([before], after === undefined ? [] : [after]));
    if (published.kind === 'published') addDenials(store, before, published, now);
    return published;
  });
}

/**
 * Ends a revocation by hand: the row is published again as the building file last had it.
 * @throws HeadEndError `notRevocable`, or `unknownRow` when it is not revoked.
 */
export function reinstate(store: HeadEndStore, table: string, id: string): Published {
  const revocable = mustBeRevocable(table);
  return store.transact(() => {
    const overlay = store.overlays.get(revocable, id);
    if (overlay === undefined) {
      throw new HeadEndError(
        'unknownRow',
        `No ${revocable} with ${typedId(id)} is revoked here, so there is nothing to reinstate.`,
      );
    }
    store.overlays.remove(revocable, id);
    const before = store.dataset.row(revocable, id);
    return commitChanges(
      store,
      diffRows(
        before === undefined ? [] : [before],
        overlay.original === undefined ? [] : withUses(store, [overlay.original]),
      ),
    );
  });
}

function addDenials(store: HeadEndStore, before: StoredRow, { epoch, seq }: Published, now: number): void {
  const { table, id, version: maxVersion } = before;
  for (const device of store.devices.all()) {
    store.commands.add({
      id: randomUUID(),
      device: device.id,
      op: 'revoke',
      args: { table, id, maxVersion, epoch, seq },
      by: null,
      topic: revokeTopic(table, id, maxVersion),
      session: null,
      n: null,
      issuedAt: now,
      expiresAt: null,
    });
  }
}

function mustBeRevocable(table: string): RevocableTable {
  if (isRevocable(table)) return table;
  throw new HeadEndError(
    'notRevocable',
    `"${table}" cannot be revoked; choose one of ${revocableTables.join(', ')}.`,
  );
}

const toPublish = ({ table, id }: StoredRow, text: string): RowToPublish => {
  const { version: _, ...row } = JSON.parse(text) as Record<string, unknown>;
  return { table, id, row };
};

function unknownRow(store: HeadEndStore, table: string, id: string): HeadEndError {
  const some = store.dataset
    .tableRows(table)
    .slice(0, 5)
    .map((row) => row.id);
  const hint =
    some.length === 0 ? `there are no ${table} rows yet` : `there are for example ${some.join(', ')}`;
  return new HeadEndError('unknownRow', `No ${table} with ${typedId(id)} is published; ${hint}.`);
}
