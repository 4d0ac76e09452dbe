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

/** The rows of a chunk whose hash has been checked; undefined for a bomb or a line that is no row. */
export function chunkRows(message: Uint8Array): readonly Row[] | undefined {
  let text: Buffer;
  try {
    text = gunzipSync(message.subarray(headerBytes), { maxOutputLength: limits.chunkInflated });
  } catch {
    return undefined;
  }
  const rows: Row[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(0x0a, start);
    if (end < 0) return undefined;
    const json = readStrictJson(text.subarray(start, end));
    if (json.kind === 'refused') return undefined;
    const parsed = WireRow.safeParse(json.value);
    if (!parsed.success) return undefined;
    rows.push(parsed.data);
    start = end + 1;
  }
  return rows;
}
