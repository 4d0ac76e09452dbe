/** Snapshot chunks (PROTOCOL): 16 raw bytes of the snapshot's UUID, index as uint16 big-endian, gzip of NDJSON rows. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { WireRow as Row } from '../../controller/core/hash-forms.ts';
import { limits } from './limits.ts';
import { WireRow } from './messages.ts';
import { readStrictJson } from './strict-json.ts';

const headerBytes = 18;

export const encodeChunk = (snapshot: string, index: number, lines: string): Buffer => {
  const header = Buffer.alloc(headerBytes);
  header.write(snapshot.replaceAll('-', ''), 'hex');
  header.writeUInt16BE(index, 16);
  return Buffer.concat([header, gzipSync(lines)]);
};

/** One row as a line of a chunk. */
export const chunkLine = ({ table, id, version, row }: Row): string =>
  `${JSON.stringify({ table, id, version, row })}\n`;

/** Which snapshot and index a chunk claims; undefined when it is too short or too long to be one. */
export function chunkLabel(
  message: Uint8Array,
): { readonly snapshot: string; readonly index: number } | undefined {
  if (message.length <= headerBytes || message.length > limits.message) return undefined;
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const hex = bytes.toString('hex', 0, 16);
  const snapshot = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { snapshot, index: bytes.readUInt16BE(16) };
}

/**
 * The rows of a chunk whose hash has been checked, each read when it is asked for; for a bomb, or a line that is no row,
 * undefined and nothing more.
 */
export function* chunkRows(message: Uint8Array): Generator<Row | undefined, void> {
  const text = inflated(message);
  if (text === undefined) return yield undefined;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(0x0a, start);
    const row = end < 0 ? undefined : rowOf(text.subarray(start, end));
    yield row;
    if (row === undefined) return;
    start = end + 1;
  }
}

function inflated(message: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(message.subarray(headerBytes), { maxOutputLength: limits.chunkInflated });
  } catch {
    return undefined;
  }
}

function rowOf(line: Uint8Array): Row | undefined {
  const json = readStrictJson(line);
  return json.kind === 'refused' ? undefined : WireRow.safeParse(json.value).data;
}
