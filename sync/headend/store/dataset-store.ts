/**
 * The published dataset: rows with tombstones, the cursor (epoch, seq) with its digest, and the log of deltas.
 * Everything is read from the database each time: another process of this head-end may have published.
 */
import type { Database } from 'better-sqlite3';
import { digestMinus, digestPlus, noHash } from '../../../controller/core/hash-forms.ts';
import { rowHash } from '../../protocol/hashes.ts';
import { limits } from '../../protocol/limits.ts';
import type { Delta, RowOp } from '../../protocol/messages.ts';
import type { StoredRow } from '../dataset/diff.ts';
import { HeadEndError } from '../head-end-error.ts';

export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
  readonly digest: string;
}

export interface LoggedDelta {
  readonly seq: number;
  /** JSON text; null when the transaction was too large for a delta. */
  readonly payload: string | null;
  readonly urgent: boolean;
}

/** Deltas kept for devices that were away; who was away longer fetches a snapshot. */
const deltasKept = 512;

/** Size of a delta's JWS from its payload: base64url, and room for header, signature and dots. */
const signedSize = (payload: string): number => Math.ceil((Buffer.byteLength(payload) * 4) / 3) + 256;

export function datasetStore(db: Database, nowS: number) {
  db.prepare('INSERT OR IGNORE INTO state (one, epoch, seq, digest) VALUES (1, ?, 0, ?)').run(nowS, noHash);
  const state = db.prepare<[], Cursor & { building: string | null }>(
    'SELECT building, epoch, seq, digest FROM state',
  );
  const sourcePath = db.prepare<[], string | null>('SELECT source_path FROM state').pluck();
  const setSourcePath = db.prepare('UPDATE state SET source_path = ?');
  const setCursor = db.prepare('UPDATE state SET epoch = ?, seq = ?, digest = ?');
  const rowsOf = 'SELECT tab AS "table", id, version, row FROM dataset_row';
  const oneRow = db.prepare<[string, string], StoredRow>(`${rowsOf} WHERE tab = ? AND id = ?`);
  const allRows = db.prepare<[], StoredRow>(rowsOf);
  const tableRows = db.prepare<[string], StoredRow>(
    `${rowsOf} WHERE tab = ? AND row IS NOT NULL ORDER BY id`,
  );
  const putRow = db.prepare(
    'INSERT INTO dataset_row (tab, id, version, row) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, row = excluded.row',
  );
  const addDelta = db.prepare('INSERT INTO delta (seq, payload, urgent) VALUES (?, ?, ?)');
  const pruneDeltas = db.prepare('DELETE FROM delta WHERE seq <= ?');
  const deltasAfter = db.prepare<[number, number], { seq: number; payload: string | null; urgent: number }>(
    'SELECT seq, payload, urgent FROM delta WHERE seq > ? ORDER BY seq LIMIT ?',
  );

  const sendable = db
    .prepare<[number], number>('SELECT count(*) FROM delta WHERE seq > ? AND payload IS NOT NULL')
    .pluck();

  const current = (): Cursor & { building: string | null } => {
    const found = state.get();
    if (found === undefined) throw new HeadEndError('badState', 'The state database is empty; restore it.');
    return found;
  };

  const shareOf = ({ table, id, version, row }: StoredRow): string | undefined =>
    row === null ? undefined : rowHash({ table, id, version, row });

  const apply = (op: RowOp, digest: string): string => {
    const after: StoredRow = 'put' in op ? op.put : { ...op.delete, row: null };
    const before = oneRow.get(after.table, after.id);
    const oldShare = before === undefined ? undefined : shareOf(before);
    const newShare = shareOf(after);
    putRow.run(after.table, after.id, after.version, after.row);
    const without = oldShare === undefined ? digest : digestMinus(digest, oldShare);
    return newShare === undefined ? without : digestPlus(without, newShare);
  };

  return {
    cursor: (): Cursor => {
      const { epoch, seq, digest } = current();
      return { epoch, seq, digest };
    },
    building: (): string | undefined => current().building ?? undefined,
    setBuilding: (building: string): void => {
      db.prepare('UPDATE state SET building = ?').run(building);
    },
    /** The building file that was published last; undefined: none was, or not from a file. */
    sourcePath: (): string | undefined => sourcePath.get() ?? undefined,
    setSourcePath: (path: string): void => {
      setSourcePath.run(path);
    },
    row: (table: string, id: string): StoredRow | undefined => oneRow.get(table, id),
    /** Every row, tombstones included. */
    rows: (): readonly StoredRow[] => allRows.all(),
    /** Live rows of one table. */
    tableRows: (table: string): readonly StoredRow[] => tableRows.all(table),
    /** Deltas after `seq`, oldest first. */
    deltasAfter: (seq: number, limit: number): readonly LoggedDelta[] =>
      deltasAfter.all(seq, limit).map((delta) => ({ ...delta, urgent: delta.urgent === 1 })),

    /** How many transactions after `seq` are kept as deltas. */
    sendableAfter: (seq: number): number => sendable.get(seq) ?? 0,

    /** One transaction of the dataset: rows, digest, cursor and delta together. Inside the caller's transaction if any. */
    commit: db.transaction((ops: readonly RowOp[], urgent: boolean): LoggedDelta => {
      const { building, epoch, seq: prev, digest: before } = current();
      if (building === null) throw new HeadEndError('noBuilding', 'No building has been published yet.');
      let digest = before;
      for (const op of ops) digest = apply(op, digest);
      const seq = prev + 1;
      const delta: Delta = { aud: `building:${building}`, epoch, prev, seq, ops: [...ops], digest };
      const text = JSON.stringify(delta);
      const payload = signedSize(text) <= limits.delta ? text : null;
      addDelta.run(seq, payload, urgent ? 1 : 0);
      pruneDeltas.run(seq - deltasKept);
      setCursor.run(epoch, seq, digest);
      return { seq, payload, urgent };
    }),

    /**
     * This database is older than what devices hold: it was restored from a backup. The new epoch makes them take a
     * snapshot, and every version is raised above any that the lost time may have used (PROTOCOL "Rows").
     */
    startEpoch: db.transaction((atLeast: number): Cursor => {
      const { epoch: old, seq } = current();
      const epoch = Math.max(atLeast, old + 1);
      let digest = noHash;
      for (const before of allRows.all()) {
        const version = Math.max(before.version + 1, epoch);
        const row =
          before.row === null
            ? null
            : JSON.stringify({ ...(JSON.parse(before.row) as Record<string, unknown>), version });
        putRow.run(before.table, before.id, version, row);
        if (row !== null) digest = digestPlus(digest, rowHash({ ...before, version, row }));
      }
      pruneDeltas.run(seq);
      setCursor.run(epoch, seq, digest);
      return { epoch, seq, digest };
    }),
  };
}
