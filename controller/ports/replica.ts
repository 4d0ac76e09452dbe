/**
 * `replica.db`: the cloud's rows verbatim, indexed projections of those that their schema accepts, the cursor and
 * a staged snapshot. It can be rebuilt from the cloud. Reads are synchronous; readers see whole versions only.
 */
import type { BuildingRows, EpochMs } from '../core/access/facts.ts';
import type { Resident } from '../core/dataset.ts';
import type { WireRow } from '../core/hash-forms.ts';

export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
  /** Over all live rows; 64 zeros for none. */
  readonly digest: string;
}

export type RowOp =
  | { readonly put: WireRow }
  | { readonly delete: { readonly table: string; readonly id: string; readonly version: number } };

export interface Delta {
  readonly epoch: number;
  readonly prev: number;
  readonly seq: number;
  readonly ops: readonly RowOp[];
  /** Expected after the ops. */
  readonly digest: string;
}

export interface Manifest {
  /** UUID. */
  readonly snapshot: string;
  readonly epoch: number;
  readonly seq: number;
  readonly rows: number;
  readonly digest: string;
  /** SHA-256 of each whole chunk message, in order. */
  readonly chunks: readonly string[];
}

/** A row that is kept, counted in the digest and not used. */
export interface RowRefusal {
  readonly table: string;
  readonly id: string;
  readonly field: string;
  readonly problem: string;
}

export type DeltaOutcome =
  | { readonly kind: 'applied'; readonly refusals: readonly RowRefusal[] }
  /** Rolled back: an unknown op, a version not above the live one, an id that differs, or another digest. */
  | { readonly kind: 'digestMismatch'; readonly problem: string };

export type SnapshotOutcome =
  | { readonly kind: 'applied'; readonly refusals: readonly RowRefusal[] }
  /** The staged rows do not add up to the manifest; the old version is intact and the staging is dropped. */
  | { readonly kind: 'digestMismatch'; readonly problem: string };

export interface DirectoryRows {
  /** Residents who may be on the lobby screen (`showOnConsole`, active), by suite and id; those after `after`, at most `limit`. */
  listedResidents(
    after: { readonly suite: string; readonly id: string } | undefined,
    limit: number,
  ): readonly Resident[];
  /** Whom this directory code calls, hidden residents too; whether they live here now is for the caller to see. */
  residentsByDirectoryCode(code: string): readonly Resident[];
}

export interface Replica {
  cursor(): Cursor;
  /** The live row's version, whether or not its schema accepts it; undefined for none. */
  rowVersion(table: string, id: string): number | undefined;
  /** How many rows are live, whether or not their schema accepts them; from an index. */
  rowCount(): number;
  /** How many typed codes of residents, staff, others and guests are live at `now`; from an index. */
  liveCodes(now: EpochMs): number;
  /** Runs `use` on one version of the building, inside one read transaction. Do not keep `rows`. */
  read<T>(use: (rows: BuildingRows & DirectoryRows) => T): T;
  /**
   * Applies a delta that the caller has found to be the next one (`prev` equals the cursor's seq) in one
   * BEGIN IMMEDIATE with its digest check and the cursor; on disk when it returns.
   * @throws StorageFault when the disk refuses, or a snapshot is being applied (`busy`); nothing has changed then.
   */
  applyDelta(delta: Delta): DeltaOutcome;

  /** The snapshot being fetched, surviving restarts. */
  staged(): { readonly manifest: Manifest; readonly missing: readonly number[] } | undefined;
  /** Begins to stage; replaces what was staged before. */
  stageManifest(manifest: Manifest): void;
  /**
   * Keeps one chunk's lines, whose hash the caller has checked, or some of them: with `more` to come the chunk is missing
   * still, and begun anew after a crash. On disk when it returns. Repeating a chunk, or a part of it, changes nothing.
   */
  stageChunk(
    snapshot: string,
    index: number,
    lines: readonly WireRow[],
    part?: { readonly more: boolean },
  ): void;
  dropStaged(): void;
  /** True from the beginning of a swap to its end: deltas are dropped then, and fetched again by cursor. */
  readonly applying: boolean;
  /** Swaps the complete staged snapshot in, in a worker thread, while reads go on with the old version. */
  applyStaged(): Promise<SnapshotOutcome>;
  /**
   * Deletes a few rows of versions that are live no more; true while there may be others.
   * @throws StorageFault when the disk refuses.
   */
  sweep(): boolean;
  /** Runs after every change of the cursor, outside the transaction. */
  onChange(listener: () => void): () => void;
  /** Recomputes the digest over all live rows and runs `quick_check`; false: ask for a snapshot. */
  verify(): boolean;
}
