import type { Database } from 'better-sqlite3';
import type { Manifest } from '../ports/replica.ts';

/** Which snapshot is being fetched and which of its chunks are here. Callers hold the transaction. */
export interface StagedManifest {
  manifest(): Manifest | undefined;
  staged(): { readonly manifest: Manifest; readonly missing: readonly number[] } | undefined;
  /** Forgets it; its rows stay unreachable until they are swept. */
  clear(): void;
}

export function prepareStagedManifest(db: Database): StagedManifest {
  const text = db.prepare<[], string>('SELECT manifest FROM staged_manifest').pluck();
  const chunks = db.prepare<[], number>('SELECT idx FROM staged_chunk').pluck();
  const clearManifest = db.prepare('DELETE FROM staged_manifest');
  const clearChunks = db.prepare('DELETE FROM staged_chunk');

  const manifest = (): Manifest | undefined => {
    const found = text.get();
    return found === undefined ? undefined : (JSON.parse(found) as Manifest);
  };
  return {
    manifest,
    staged() {
      const current = manifest();
      if (current === undefined) return undefined;
      const have = new Set(chunks.all());
      return { manifest: current, missing: [...current.chunks.keys()].filter((index) => !have.has(index)) };
    },
    clear() {
      clearManifest.run();
      clearChunks.run();
    },
  };
}
