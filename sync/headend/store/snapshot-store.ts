import type { Database } from 'better-sqlite3';
import type { Manifest } from '../../protocol/messages.ts';

/** Snapshots older than this are dropped once a newer one is there (PROTOCOL "Snapshot"). */
const keptMs = 3_600_000;
const keptCount = 2;

/** The last snapshots that were built, with their chunks as they are sent. */
export function snapshotStore(db: Database) {
  const newest = db.prepare<[], string>('SELECT manifest FROM snapshot ORDER BY n DESC LIMIT 1').pluck();
  const one = db.prepare<[string], string>('SELECT manifest FROM snapshot WHERE id = ?').pluck();
  const chunk = db
    .prepare<[string, number], Buffer>('SELECT message FROM snapshot_chunk WHERE snapshot = ? AND idx = ?')
    .pluck();
  const add = db.prepare('INSERT INTO snapshot (id, epoch, seq, manifest, made_at) VALUES (?, ?, ?, ?, ?)');
  const addChunk = db.prepare('INSERT INTO snapshot_chunk (snapshot, idx, message) VALUES (?, ?, ?)');
  const prune = db.prepare(
    'DELETE FROM snapshot WHERE n NOT IN (SELECT n FROM snapshot ORDER BY n DESC LIMIT ?) OR (made_at < ? AND n < (SELECT max(n) FROM snapshot))',
  );
  const read = (text: string | undefined): Manifest | undefined =>
    text === undefined ? undefined : (JSON.parse(text) as Manifest);
  return {
    newest: (): Manifest | undefined => read(newest.get()),
    get: (id: string): Manifest | undefined => read(one.get(id)),
    chunk: (id: string, index: number): Buffer | undefined => chunk.get(id, index),
    add: db.transaction((manifest: Manifest, chunks: readonly Uint8Array[], now: number): void => {
      add.run(manifest.snapshot, manifest.epoch, manifest.seq, JSON.stringify(manifest), now);
      for (const [index, message] of chunks.entries()) addChunk.run(manifest.snapshot, index, message);
      prune.run(keptCount, now - keptMs);
    }),
  };
}
