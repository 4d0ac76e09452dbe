import { checksum, crc16 } from './check.ts';
import {
  crcBit,
  headerBytes,
  macBytes,
  mark,
  maxFrameBytes,
  replyBit,
  securityBlockBit,
  startOfMessage,
} from './constants.ts';
import { type Frame, hasMac } from './frame.ts';

/** A frame that no receiver could take: a fault of whoever composed it. */
class FrameTooLongError extends Error {
  readonly code = 'frameTooLong';

  constructor(bytes: number) {
    super(`A frame of ${bytes} bytes: OSDP allows ${maxFrameBytes}.`);
  }
}

/**
 * The frame's bytes, without a mark. A frame of a session (SCS_15–18) needs `sign`: it is given everything from the start
 * byte on, with the final length, and answers with the MAC, of which 4 bytes are sent.
 *
 * @throws FrameTooLongError
 */
export function encodeFrame(frame: Frame, sign?: (covered: Uint8Array) => Uint8Array): Uint8Array {
  const { security, data } = frame;
  const blockBytes = security === undefined ? 0 : 2 + security.data.length;
  const coveredBytes = headerBytes + blockBytes + 1 + data.length;
  const signed = hasMac(security) && sign !== undefined;
  const total = coveredBytes + (signed ? macBytes : 0) + (frame.check === 'crc16' ? 2 : 1);
  if (total > maxFrameBytes) throw new FrameTooLongError(total);

  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes[0] = startOfMessage;
  bytes[1] = frame.address | (frame.reply ? replyBit : 0);
  view.setUint16(2, total, true);
  bytes[4] =
    frame.sequence | (frame.check === 'crc16' ? crcBit : 0) | (security === undefined ? 0 : securityBlockBit);
  if (security !== undefined) {
    bytes[headerBytes] = blockBytes;
    bytes[headerBytes + 1] = security.type;
    bytes.set(security.data, headerBytes + 2);
  }
  bytes[headerBytes + blockBytes] = frame.code;
  bytes.set(data, headerBytes + blockBytes + 1);
  if (signed) bytes.set(sign(bytes.subarray(0, coveredBytes)).subarray(0, macBytes), coveredBytes);
  if (frame.check === 'crc16') view.setUint16(total - 2, crc16(bytes.subarray(0, total - 2)), true);
  else bytes[total - 1] = checksum(bytes.subarray(0, total - 1));
  return bytes;
}

/** As it goes on the line. */
export function withMark(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(frame.length + 1);
  bytes[0] = mark;
  bytes.set(frame, 1);
  return bytes;
}
