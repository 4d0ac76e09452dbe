/**
 * A snapshot on its way, in a generation of its own (PROTOCOL "Snapshot"). Rows are checked and indexed as their chunk
 * comes, so that the swap has nothing left to do but to verify. Rows of earlier versions and of dropped stagings are swept
 * a few at a time, so that neither a swap nor a drop ever keeps a door waiting.
 */
import type { Database } from 'better-sqlite3';
import type { WireRow } from '../core/hash-forms.ts';
import type { Manifest } from '../ports/replica.ts';
import { prepareDatasetVersion } from './dataset-version.ts';
import { toStoredRow } from './row-projection.ts';
import { prepareRowWriter } from './row-writer.ts';
import { prepareStagedManifest } from './staged-manifest.ts';
import { prepareSweep } from './sweep.ts';

interface ChunkPart {
  readonly snapshot: string;
  readonly index: number;
  /** Not the last of its lines: the chunk is missing still. */
  readonly more: boolean;
}

export interface Staging {
  staged(): { readonly manifest: Manifest; readonly missing: readonly number[] } | undefined;
  begin(manifest: Manifest): void;
  /** Lines of a chunk of another snapshot, or of one that is staged already, change nothing. */
  addLines(part: ChunkPart, lines: readonly WireRow[]): void;
  drop(): void;
  /** Deletes at most `limit` rows that are neither live nor being staged; false once there are none. */
  sweep(limit: number): boolean;
}

export function prepareStaging(db: Database): Staging {
  const stagedManifest = prepareStagedManifest(db);
  const setManifest = db.prepare('INSERT INTO staged_manifest VALUES (1, ?)');
  const isStaged = db.prepare('SELECT 1 FROM staged_chunk WHERE idx = ?');
  const addChunk = db.prepare('INSERT INTO staged_chunk VALUES (?)');
  const newGeneration = db.prepare('UPDATE dataset SET latest = latest + 1');
  const version = prepareDatasetVersion(db);
  const writer = prepareRowWriter(db);
  const sweep = prepareSweep(db);

  const begin = db.transaction((manifest: Manifest) => {
    stagedManifest.clear();
    newGeneration.run();
    setManifest.run(JSON.stringify(manifest));
  });

  const add = db.transaction(({ snapshot, index, more }: ChunkPart, lines: readonly WireRow[]) => {
    const manifest = stagedManifest.manifest();
    const dataset = version.get();
    if (dataset === undefined || manifest?.snapshot !== snapshot) return;
    if (manifest.chunks[index] === undefined) throw new RangeError(`the manifest has no chunk ${index}`);
    if (isStaged.get(index) !== undefined) return;
    for (const line of lines) {
      const row = toStoredRow(line);
      // Left out, and a row of two chunks too: the count will not add up, and the whole snapshot is refused.
      if (row !== undefined) writer.add(dataset.latest, row);
    }
    if (!more) addChunk.run(index);
    sweep({ live: dataset.live, staged: dataset.latest }, 2 * lines.length);
  });
  const drop = db.transaction(() => stagedManifest.clear());
  const sweepSome = db.transaction((limit: number): boolean => {
    const dataset = version.get();
    if (dataset === undefined) return false;
    const staged = stagedManifest.manifest() === undefined ? dataset.live : dataset.latest;
    return sweep({ live: dataset.live, staged }, limit);
  });

  return {
    staged: () => stagedManifest.staged(),
    begin: (manifest) => begin.immediate(manifest),
    addLines: (part, lines) => add.immediate(part, lines),
    drop: () => drop.immediate(),
    sweep: (limit) => sweepSome.immediate(limit),
  };
}
