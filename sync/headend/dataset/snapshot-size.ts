/** Whether rows fit into the one snapshot that a console fetches (pure). */
import type { WireRow } from '../../../controller/core/hash-forms.ts';
import { chunkLine } from '../../protocol/chunk.ts';
import { limits } from '../../protocol/limits.ts';
import { HeadEndError } from '../head-end-error.ts';
import { packChunks } from './pack-chunks.ts';

/** Of what a chunk may have packed, as much as `packChunks` fills at least, but for one line. */
const filledAtLeast = 0.85;
const anySnapshot = '00000000-0000-0000-0000-000000000000';

/** Says no sooner than it has to: only rows that come near the limit are packed to see whether they pass it. */
export function fitsSnapshot(rows: Iterable<WireRow>, chunks: number = limits.snapshotChunks): boolean {
  let bytes = 0;
  let largest = 0;
  for (const row of rows) {
    const size = Buffer.byteLength(chunkLine(row));
    bytes += size;
    largest = Math.max(largest, size);
  }
  if (bytes > chunks * limits.chunkInflated) return false;
  if (bytes <= chunks * (limits.chunkGzipped * filledAtLeast - largest)) return true;
  let needed = 0;
  for (const _ of packChunks(anySnapshot, Iterator.from(rows).map(chunkLine))) {
    needed += 1;
    if (needed > chunks) return false;
  }
  return true;
}

export function tooLarge(rows: readonly WireRow[]): HeadEndError {
  const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(chunkLine(row)), 0);
  const size = (count: number): string => `${Math.ceil(count / (1024 * 1024))} MiB`;
  const { snapshotChunks, chunkInflated, chunkGzipped } = limits;
  return new HeadEndError(
    'badRows',
    `The building has ${rows.length} rows of ${size(bytes)}, more than consoles can fetch: ${snapshotChunks} chunks, ${size(snapshotChunks * chunkInflated)} in all and ${size(snapshotChunks * chunkGzipped)} once compressed; make several buildings of it, each with consoles of its own.`,
  );
}
