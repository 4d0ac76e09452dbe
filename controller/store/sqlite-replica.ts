import type { Database, Statement } from 'better-sqlite3';
import type { BuildingRows, EpochMs } from '../core/access/facts.ts';
import type { WireRow } from '../core/hash-forms.ts';
import type { Reserve } from '../ports/disk.ts';
import { StorageFault } from '../ports/journal.ts';
import type {
  Cursor,
  Delta,
  DeltaOutcome,
  DirectoryRows,
  Manifest,
  Replica,
  SnapshotOutcome,
} from '../ports/replica.ts';
import { prepareApplyDelta } from './apply-delta.ts';
import { type DatasetVersion, prepareDatasetVersion } from './dataset-version.ts';
import { prepareLiveCodes } from './live-codes.ts';
import { type LookUps, prepareLookUps } from './look-ups.ts';
import { isSound } from './open-or-set-aside.ts';
import { RowReader, type StandingRows } from './row-reader.ts';
import { runSwap } from './run-swap.ts';
import { prepareStaging, type Staging } from './staging.ts';
import { type FaultGuard, faultsTyped } from './storage-fault.ts';
import { sumOf } from './swap-staged.ts';

/** Two to five milliseconds of deleting, which no door notices. */
const sweptAtOnce = 250;

/** `replica.db` behind its port: one connection for this thread, one for the worker while a snapshot is applied. */
export class SqliteReplica implements Replica {
  readonly #db: Database;
  readonly #guard: FaultGuard;
  readonly #reserve: Pick<Reserve, 'broken'>;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #version: Statement<[], DatasetVersion>;
  readonly #rowVersion: Statement<[number, string, string], number>;
  readonly #rowCount: Statement<[number], number>;
  readonly #liveCodes: (now: EpochMs) => number;
  readonly #lookUps: LookUps;
  readonly #applyDelta: (delta: Delta) => DeltaOutcome;
  readonly #staging: Staging;
  readonly #changed = new Set<() => void>();
  readonly #settled = new Set<() => void>();
  readonly #closing = new AbortController();
  #applying = false;
  /** The version as this connection read it last: nobody else writes here, but the worker while it applies a snapshot. */
  #known: DatasetVersion | undefined;
  #standing: { of?: Pick<DatasetVersion, 'live' | 'epoch' | 'seq'>; rows: StandingRows } = {
    rows: { doors: new Map() },
  };

  /** What the cloud can send again takes no room while `reserve` is broken: that is for access events. */
  constructor(
    db: Database,
    {
      guard = faultsTyped,
      reserve = { broken: false },
    }: { readonly guard?: FaultGuard; readonly reserve?: Pick<Reserve, 'broken'> } = {},
  ) {
    this.#db = db;
    this.#guard = guard;
    this.#reserve = reserve;
    this.#begin = db.prepare('BEGIN DEFERRED');
    this.#commit = db.prepare('COMMIT');
    this.#version = prepareDatasetVersion(db);
    this.#rowVersion = db
      .prepare<[number, string, string], number>(
        'SELECT version FROM row WHERE gen = ? AND tbl = ? AND id = ?',
      )
      .pluck();
    this.#rowCount = db.prepare<[number], number>('SELECT count(*) FROM row WHERE gen = ?').pluck();
    this.#liveCodes = prepareLiveCodes(db);
    this.#lookUps = prepareLookUps(db);
    this.#applyDelta = prepareApplyDelta(db);
    this.#staging = prepareStaging(db);
  }

  get applying(): boolean {
    return this.#applying;
  }

  cursor(): Cursor {
    const { epoch, seq, digest } = this.#guard(() => this.#current());
    return { epoch, seq, digest };
  }

  rowVersion(table: string, id: string): number | undefined {
    return this.#guard(() => this.#rowVersion.get(this.#current().live, table, id));
  }

  rowCount(): number {
    return this.#guard(() => this.#rowCount.get(this.#current().live)) ?? 0;
  }

  liveCodes(now: EpochMs): number {
    return this.#guard(() => this.#liveCodes(now));
  }

  read<T>(use: (rows: BuildingRows & DirectoryRows) => T): T {
    return this.#guard(() => {
      this.#begin.run();
      try {
        // Read inside the transaction: the worker may have swapped since the last one.
        const version = this.#current();
        const { live, epoch, seq } = version;
        return use(new RowReader(this.#lookUps, live, { epoch, seq }, this.#standingAt(version)));
      } finally {
        this.#commit.run();
      }
    });
  }

  applyDelta(delta: Delta): DeltaOutcome {
    this.#assertIdle();
    this.#assertRoom();
    this.#known = undefined;
    const outcome = this.#guard(() => this.#applyDelta(delta));
    if (outcome.kind === 'applied') for (const listener of this.#changed) listener();
    return outcome;
  }

  staged(): { readonly manifest: Manifest; readonly missing: readonly number[] } | undefined {
    return this.#guard(() => this.#staging.staged());
  }

  stageManifest(manifest: Manifest): void {
    this.#assertIdle();
    this.#assertRoom();
    this.#guard(() => this.#staging.begin(manifest));
  }

  stageChunk(snapshot: string, index: number, lines: readonly WireRow[], part = { more: false }): void {
    // While a snapshot is applied all its chunks are staged: whatever comes is a repetition.
    if (this.#applying) return;
    this.#assertRoom();
    this.#guard(() => this.#staging.addLines({ snapshot, index, ...part }, lines));
  }

  dropStaged(): void {
    this.#assertIdle();
    this.#guard(() => this.#staging.drop());
  }

  async applyStaged(): Promise<SnapshotOutcome> {
    this.#assertIdle();
    this.#assertRoom();
    this.#applying = true;
    try {
      const outcome = await this.#swap();
      this.#settle();
      if (outcome.kind === 'applied') for (const listener of this.#changed) listener();
      return outcome;
    } finally {
      this.#settle();
      for (const listener of this.#settled) listener();
    }
  }

  #settle(): void {
    this.#applying = false;
    this.#known = undefined;
  }

  sweep(): boolean {
    if (this.#applying || this.#reserve.broken) return false;
    return this.#guard(() => this.#staging.sweep(sweptAtOnce));
  }

  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /** Runs after each swap, applied or refused: other writers of this database may go on. */
  onSettled(listener: () => void): void {
    this.#settled.add(listener);
  }

  verify(): boolean {
    return this.#guard(() => {
      if (!isSound(this.#db)) return false;
      const verifyLive = this.#db.transaction(() => {
        const { live, digest } = this.#current();
        return sumOf(this.#db, live).digest === digest;
      });
      return verifyLive();
    });
  }

  /** Ends a swap that is under way; it rolls back, and what is staged stays. */
  close(): void {
    this.#closing.abort();
    this.#settled.clear();
    this.#db.close();
  }

  /** Empty again with every change of the dataset. */
  #standingAt({ live, epoch, seq }: DatasetVersion): StandingRows {
    const { of } = this.#standing;
    if (of?.live !== live || of.epoch !== epoch || of.seq !== seq) {
      this.#standing = { of: { live, epoch, seq }, rows: { doors: new Map() } };
    }
    return this.#standing.rows;
  }

  #current(): DatasetVersion {
    if (this.#known !== undefined && !this.#applying) return this.#known;
    const current = this.#version.get();
    if (current === undefined) throw new StorageFault('unreadable', 'the dataset has no cursor');
    this.#known = current;
    return current;
  }

  async #swap(): Promise<SnapshotOutcome> {
    try {
      return await runSwap(this.#db.name, this.#closing.signal);
    } catch (error) {
      // The thread's fault is told like one of this connection's.
      return this.#guard(() => {
        throw error;
      });
    }
  }

  #assertRoom(): void {
    if (this.#reserve.broken) throw new StorageFault('diskFull', 'what room is left is for access events');
  }

  #assertIdle(): void {
    if (this.#applying) throw new StorageFault('busy', 'a snapshot is being applied');
  }
}
