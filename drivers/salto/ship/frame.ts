/**
 * SHIP's framing over TCP, both ways: `STP/00/<length>/` and as many bytes. What holds:
 *
 * - The length counts bytes, never characters: an accent is two of them in UTF-8.
 * - `pending` never holds more than one header and one body of `maxBodyBytes`.
 * - After a fault nobody can say where the next frame begins: what follows on that connection is not looked at.
 */

/** Several times the longest answer to anything that is asked here, and read in a few hundredths of a second. */
export const maxBodyBytes = 524_288;

const prefix = new TextEncoder().encode('STP/00/');
const slash = 0x2f;
const digit0 = 0x30;
const maxLengthDigits = 8;

export type FrameFault =
  /** The bytes are not SHIP's framing, or a length that was too small has shifted them. */
  | 'notShip'
  /** More was announced than anybody may send. */
  | 'oversized';

export interface Received {
  /** The beginning of a frame that has not ended; give it back with the next bytes. */
  readonly pending: Uint8Array;
  readonly bodies: readonly Uint8Array[];
  readonly fault?: FrameFault;
}

export const nothingPending: Uint8Array = new Uint8Array(0);

export function frameOf(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(`STP/00/${body.length}/`);
  return joined(header, body);
}

/** Bytes in, bodies out, wherever the line splits them. */
export function readFrames(pending: Uint8Array, chunk: Uint8Array): Received {
  const bytes = joined(pending, chunk);
  const bodies: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const header = headerAt(bytes, at);
    if (header.kind === 'fault') return { pending: nothingPending, bodies, fault: header.fault };
    if (header.kind === 'more' || header.bodyAt + header.length > bytes.length)
      return { pending: bytes.slice(at), bodies };
    at = header.bodyAt + header.length;
    bodies.push(bytes.slice(header.bodyAt, at));
  }
}

type Header =
  | { readonly kind: 'header'; readonly bodyAt: number; readonly length: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: FrameFault };

const broken: Header = { kind: 'fault', fault: 'notShip' };

function headerAt(bytes: Uint8Array, start: number): Header {
  for (const [index, expected] of prefix.entries()) {
    const byte = bytes[start + index];
    if (byte === undefined) return { kind: 'more' };
    if (byte !== expected) return broken;
  }
  const digitsAt = start + prefix.length;
  let length = 0;
  for (let at = digitsAt; ; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return { kind: 'more' };
    if (byte === slash) {
      if (at === digitsAt) return broken;
      return length > maxBodyBytes
        ? { kind: 'fault', fault: 'oversized' }
        : { kind: 'header', bodyAt: at + 1, length };
    }
    const digit = byte - digit0;
    if (digit < 0 || digit > 9) return broken;
    if (at - digitsAt >= maxLengthDigits) return { kind: 'fault', fault: 'oversized' };
    length = length * 10 + digit;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
