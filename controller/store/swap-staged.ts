import type { Database } from 'better-sqlite3';
import { digestOf } from '../core/hash-forms.ts';
import type { RowRefusal, SnapshotOutcome } from '../ports/replica.ts';
import { isBehind, prepareDatasetVersion } from './dataset-version.ts';
import { rowHash } from './row-hash.ts';
import { prepareStagedManifest } from './staged-manifest.ts';

interface Sum {
  readonly rows: number;
  readonly digest: string;
  readonly refusals: readonly RowRefusal[];
}

type Line = [string, string, number, string, string | null, string | null];

/** Adds a generation up from the disk: what decisions will read, not what was once received. */
export function sumOf(db: Database, gen: number): Sum {
  const lines = db
    .prepare<[number], Line>(
      'SELECT tbl, id, version, row, refused_field, refused_problem FROM row WHERE gen = ?',
    )
    .raw();
  const refusals: RowRefusal[] = [];
  let rows = 0;
  function* rowHashes(): Generator<string> {
    for (const [table, id, version, row, field, problem] of lines.iterate(gen)) {
      rows += 1;
      if (field !== null) refusals.push({ table, id, field, problem: problem ?? '' });
      yield rowHash({ table, id, version, row });
    }
  }
  const digest = digestOf(rowHashes());
  return { rows, digest, refusals };
}

/**
 * Makes the staged generation the live one, in one transaction: verifies count and digest and sets the cursor. The old rows
 * are swept later. Runs on the snapshot worker's own connection.
 * @throws RangeError when nothing complete is staged.
 */
export function swapStaged(db: Database): SnapshotOutcome {
  const staging = prepareStagedManifest(db);
  const version = prepareDatasetVersion(db);
  const swap = db.transaction((): SnapshotOutcome => {
    const staged = staging.staged();
    const current = version.get();
    if (staged === undefined || staged.missing.length > 0 || current === undefined) {
      throw new RangeError('no complete snapshot is staged');
    }
    const { manifest } = staged;
    const refuse = (problem: string): SnapshotOutcome => {
      staging.clear();
      return { kind: 'digestMismatch', problem };
    };
    if (isBehind(manifest, current)) return refuse('the snapshot is older than the live version');
    const sum = sumOf(db, current.latest);
    if (sum.rows !== manifest.rows) return refuse(`${sum.rows} rows instead of ${manifest.rows}`);
    if (sum.digest !== manifest.digest) return refuse('the rows do not add up to the digest');
    staging.clear();
    db.prepare('UPDATE dataset SET live = latest, epoch = ?, seq = ?, digest = ?').run(
      manifest.epoch,
      manifest.seq,
      manifest.digest,
    );
    return { kind: 'applied', refusals: sum.refusals };
  });
  return swap.immediate();
}
