import { encodeChunk } from '../../protocol/chunk.ts';
import { limits } from '../../protocol/limits.ts';
import { HeadEndError } from '../head-end-error.ts';

/** What precedes the gzip in a chunk: the snapshot's UUID and the index. */
const headerBytes = 18;

/**
 * Packs lines into chunk messages in order: each as full as 256 KiB before and 90 KiB after gzip allow, whichever
 * comes first, a line never split (PROTOCOL "Rows"). Lazy, so that a large build can breathe between chunks.
 */
export function* packChunks(snapshot: string, lines: Iterable<string>): Generator<Buffer> {
  let waiting: string[] = [];
  let bytes = 0;
  let index = 0;
  const emit = (): Buffer => {
    const { message, taken } = fill(snapshot, index, waiting);
    index += 1;
    waiting = waiting.slice(taken);
    bytes = waiting.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    return message;
  };
  for (const line of lines) {
    const size = Buffer.byteLength(line);
    while (waiting.length > 0 && bytes + size > limits.chunkInflated) yield emit();
    waiting.push(line);
    bytes += size;
  }
  while (waiting.length > 0) yield emit();
}

/** The longest beginning of `lines` (which fit before gzip) that was found to fit after it. */
function fill(snapshot: string, index: number, lines: readonly string[]): { message: Buffer; taken: number } {
  let taken = lines.length;
  for (;;) {
    const message = encodeChunk(snapshot, index, lines.slice(0, taken).join(''));
    const size = message.length - headerBytes;
    if (size <= limits.chunkGzipped) return { message, taken };
    if (taken === 1) throw new HeadEndError('badRows', 'A row is too large for a snapshot chunk; split it.');
    taken = Math.max(1, Math.min(taken - 1, Math.floor((taken * limits.chunkGzipped * 0.95) / size)));
  }
}
