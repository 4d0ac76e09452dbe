import { readRow } from '../../../controller/core/dataset.ts';
import { limits } from '../../protocol/limits.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { diffRows, isUrgent, type RowChange, type RowToPublish, rowText } from './diff.ts';
import { withConsoles } from './guess-share.ts';
import { withUses } from './guest-uses.ts';
import { isRevocable, revokedRow } from './revocation.ts';
import { fitsSnapshot, tooLarge } from './snapshot-size.ts';
import { type ChangeSummary, summarize } from './summary.ts';

export interface Published {
  readonly kind: 'published' | 'unchanged';
  readonly building: string;
  readonly epoch: number;
  readonly seq: number;
  readonly summary: ChangeSummary;
  /** Whether devices get it as one delta or must fetch a snapshot. */
  readonly as: 'delta' | 'snapshot';
}

/**
 * Publishes a whole building: commits what differs from what was last published, revocations by hand kept on top.
 * @throws HeadEndError `otherBuilding`, or `badRows` for a row that devices would refuse; nothing has changed then.
 */
export function publishRows(store: HeadEndStore, rows: readonly RowToPublish[]): Published {
  refuseBadRows(store, rows);
  return store.transact(() => {
    store.dataset.setBuilding(ownBuilding(store, rows));
    const wanted = withConsoles(withUses(store, withOverlays(store, rows)), store.devices.all().length);
    return commitChanges(store, diffRows(store.dataset.rows(), wanted));
  });
}

/**
 * Whether these rows could be published, without doing it.
 * @throws HeadEndError as `publishRows`.
 */
export function checkRows(store: HeadEndStore, rows: readonly RowToPublish[]): void {
  ownBuilding(store, rows);
  refuseBadRows(store, rows);
}

function refuseBadRows(store: HeadEndStore, rows: readonly RowToPublish[]): void {
  for (const row of rows) refuseBadRow(row);
  // Versions are below the epoch, or not far above it.
  const version = store.dataset.cursor().epoch;
  const wire = rows.map((row) => ({ table: row.table, id: row.id, version, row: rowText(row, version) }));
  if (!fitsSnapshot(wire)) throw tooLarge(wire);
}

function ownBuilding(store: HeadEndStore, rows: readonly RowToPublish[]): string {
  const building = buildingOf(rows);
  const known = store.dataset.building();
  if (known === undefined || known === building) return building;
  throw new HeadEndError(
    'otherBuilding',
    `This state folder belongs to the building "${known}", and the file is about "${building}"; use another --state folder for another building.`,
  );
}

/** Commits changes as one transaction of the dataset; inside the caller's transaction. */
export function commitChanges(store: HeadEndStore, changes: readonly RowChange[]): Published {
  const building = store.dataset.building() ?? '';
  const summary = summarize(changes);
  if (changes.length === 0) {
    return { kind: 'unchanged', building, ...store.dataset.cursor(), summary, as: 'delta' };
  }
  const delta = store.dataset.commit(
    changes.map(({ op }) => op),
    changes.some(isUrgent),
  );
  const { epoch, seq } = store.dataset.cursor();
  return {
    kind: 'published',
    building,
    epoch,
    seq,
    summary,
    as: delta.payload === null ? 'snapshot' : 'delta',
  };
}

/** Rows revoked by hand stay so, whatever the file says of them; what it says is kept for `reinstate`. */
function withOverlays(store: HeadEndStore, rows: readonly RowToPublish[]): readonly RowToPublish[] {
  const overlays = new Map(
    store.overlays.all().map((overlay) => [`${overlay.table}\0${overlay.id}`, overlay]),
  );
  if (overlays.size === 0) return rows;
  const result: RowToPublish[] = [];
  for (const row of rows) {
    const key = `${row.table}\0${row.id}`;
    if (overlays.delete(key) && isRevocable(row.table)) {
      store.overlays.put(row.table, row.id, row);
      const revoked = revokedRow(row.table, row);
      if (revoked !== undefined) result.push(revoked);
    } else result.push(row);
  }
  for (const { table, id } of overlays.values()) store.overlays.put(table, id, undefined);
  return result;
}

function buildingOf(rows: readonly RowToPublish[]): string {
  const buildings = rows.filter(({ table }) => table === 'building');
  const [building] = buildings;
  if (building === undefined || buildings.length > 1) {
    throw new HeadEndError(
      'badRows',
      `A building file describes one building; this one has ${buildings.length}.`,
    );
  }
  return building.id;
}

function refuseBadRow(row: RowToPublish): void {
  const text = rowText(row, Number.MAX_SAFE_INTEGER);
  const check = readRow(row.table, text);
  if (check.kind === 'refused') {
    throw new HeadEndError(
      'badRows',
      `Devices would refuse ${row.table} ${row.id}: ${check.field === '' ? 'the row' : check.field} – ${check.problem}.`,
    );
  }
  if (Buffer.byteLength(text) > limits.delta) {
    throw new HeadEndError('badRows', `${row.table} ${row.id} is larger than 60 KiB; split it.`);
  }
}
