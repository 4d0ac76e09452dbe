import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { WireRow } from '../../../controller/core/hash-forms.ts';
import { chunkLine } from '../../protocol/chunk.ts';
import { chunkHash } from '../../protocol/hashes.ts';
import { limits } from '../../protocol/limits.ts';
import type { Manifest } from '../../protocol/messages.ts';
import { HeadEndError } from '../head-end-error.ts';
import { openForReading } from '../store/open-database.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { packChunks } from './pack-chunks.ts';

/**
 * Builds a snapshot of what is published now and keeps it. Reads one version of the rows on a connection of its own
 * and lets other work in between two chunks, so that commands and events do not wait for 100,000 rows.
 */
export async function buildSnapshot(store: HeadEndStore, now: () => number): Promise<Manifest> {
  const db = openForReading(store.file);
  try {
    db.exec('BEGIN');
    const state = db
      .prepare<[], { building: string | null; epoch: number; seq: number; digest: string }>(
        'SELECT building, epoch, seq, digest FROM state',
      )
      .get();
    if (state === undefined || state.building === null) {
      throw new HeadEndError('noBuilding', 'No building has been published yet.');
    }
    const live = db.prepare<[], WireRow>(
      'SELECT tab AS "table", id, version, row FROM dataset_row WHERE row IS NOT NULL',
    );
    const snapshot = randomUUID();
    let rows = 0;
    const lines = function* (): Generator<string> {
      for (const row of live.iterate()) {
        rows += 1;
        yield chunkLine(row);
      }
    };
    const chunks: Buffer[] = [];
    for (const chunk of packChunks(snapshot, lines())) {
      chunks.push(chunk);
      if (chunks.length > limits.snapshotChunks) {
        throw new HeadEndError('badRows', `A snapshot would have more than ${limits.snapshotChunks} chunks.`);
      }
      await setImmediate();
    }
    const { building, epoch, seq, digest } = state;
    const manifest: Manifest = {
      aud: `building:${building}`,
      snapshot,
      epoch,
      seq,
      rows,
      digest,
      chunks: chunks.map(chunkHash),
    };
    store.snapshots.add(manifest, chunks, now());
    return manifest;
  } finally {
    db.close();
  }
}
