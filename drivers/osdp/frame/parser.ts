/**
 * Bytes in, frames out, wherever the line splits them and whatever noise is between. What holds:
 *
 * - `pending` begins with a start byte, or is empty, and is shorter than `maxFrameBytes`.
 * - A frame that stands whole and unharmed in the bytes is found, unless noise before it claims to be a longer frame that
 *   has not yet ended; then `flushFrames` finds it.
 * - A wrong length or check costs one byte, and the search goes on from the next.
 */
import { checksum, crc16 } from './check.ts';
import {
  crcBit,
  headerBytes,
  macBytes,
  mark,
  maxFrameBytes,
  replyBit,
  securityBlockBit,
  sequenceMask,
  startOfMessage,
} from './constants.ts';
import { hasMac, type ReceivedFrame, type SecurityBlock } from './frame.ts';

export interface Parsed {
  /** The beginning of a frame that has not ended; give it back with the next bytes. */
  readonly pending: Uint8Array;
  readonly frames: readonly ReceivedFrame[];
  /** Bytes that belonged to no frame; marks do not count. */
  readonly strayBytes: number;
}

export const nothingPending = new Uint8Array(0);

export function parseFrames(pending: Uint8Array, chunk: Uint8Array): Parsed {
  // A Buffer, as a port gives it, is seen as plain bytes: the `slice` of a Buffer would share what the port writes anew.
  const bytes =
    pending.length === 0
      ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      : joined(pending, chunk);
  const frames: ReceivedFrame[] = [];
  let strayBytes = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] === startOfMessage ? claimedLength(bytes, at) : 0;
    if (length === undefined || length > bytes.length - at) break;
    const frame = length === 0 ? undefined : frameOf(bytes.subarray(at, at + length));
    if (frame === undefined) {
      if (bytes[at] !== mark) strayBytes += 1;
      at += 1;
    } else {
      frames.push(frame);
      at += length;
    }
  }
  return { pending: bytes.slice(at), frames, strayBytes };
}

/** Nothing more will come: what has begun is no frame, but there may be one inside. */
export function flushFrames(pending: Uint8Array): Pick<Parsed, 'frames' | 'strayBytes'> {
  const frames: ReceivedFrame[] = [];
  let strayBytes = 0;
  let rest = pending;
  while (rest.length > 0) {
    const parsed = parseFrames(nothingPending, rest.subarray(1));
    frames.push(...parsed.frames);
    strayBytes += 1 + parsed.strayBytes;
    rest = parsed.pending;
  }
  return { frames, strayBytes };
}

/** The length that a frame beginning here would have; 0: none begins here; undefined: too early to say. */
function claimedLength(bytes: Uint8Array, at: number): number | undefined {
  const low = bytes[at + 2];
  const high = bytes[at + 3];
  if (low === undefined || high === undefined) return undefined;
  const length = low | (high << 8);
  return length > headerBytes + 1 && length <= maxFrameBytes ? length : 0;
}

function frameOf(bytes: Uint8Array): ReceivedFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const address = view.getUint8(1);
  const control = view.getUint8(4);
  const crc = (control & crcBit) !== 0;
  const checkAt = bytes.length - (crc ? 2 : 1);
  if (crc ? view.getUint16(checkAt, true) !== crc16(bytes.subarray(0, checkAt)) : checksum(bytes) !== 0)
    return undefined;

  let security: SecurityBlock | undefined;
  let codeAt = headerBytes;
  if ((control & securityBlockBit) !== 0) {
    const blockBytes = view.getUint8(headerBytes);
    if (blockBytes < 2) return undefined;
    codeAt += blockBytes;
    security = { type: view.getUint8(headerBytes + 1), data: bytes.slice(headerBytes + 2, codeAt) };
  }
  const mac = hasMac(security);
  const dataEnd = checkAt - (mac ? macBytes : 0);
  if (codeAt >= dataEnd) return undefined;
  return {
    address: address & ~replyBit,
    reply: (address & replyBit) !== 0,
    sequence: control & sequenceMask,
    check: crc ? 'crc16' : 'checksum',
    ...(security === undefined ? {} : { security }),
    code: view.getUint8(codeAt),
    data: bytes.slice(codeAt + 1, dataEnd),
    ...(mac ? { mac: bytes.slice(dataEnd, checkAt) } : {}),
    covered: bytes.slice(0, dataEnd),
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
