import { type DecodeFailure, viewOf } from './codes.ts';

/** A card as the reader saw it: bits, most significant first, left-aligned. */
export interface RawCard {
  readonly reader: number;
  /** 0: not said; 1: Wiegand, with parity. What we believe is the configured format, not this. */
  readonly format: number;
  readonly bits: number;
  /** `bits` of them and zeros up to the byte. */
  readonly data: Uint8Array;
}

const fixedBytes = 4;

export function encodeRaw({ reader, format, bits, data }: RawCard): Uint8Array {
  const bytes = new Uint8Array(fixedBytes + data.length);
  bytes.set([reader, format]);
  viewOf(bytes).setUint16(2, bits, true);
  bytes.set(data, fixedBytes);
  return bytes;
}

export function decodeRaw(data: Uint8Array): RawCard | DecodeFailure {
  if (data.length <= fixedBytes) return 'length';
  const view = viewOf(data);
  const bits = view.getUint16(2, true);
  if (bits === 0 || Math.ceil(bits / 8) !== data.length - fixedBytes) return 'length';
  const card = data.slice(fixedBytes);
  // What the reader leaves behind the last bit must not make another card of it: identity is bits and length.
  const spare = card.length * 8 - bits;
  card[card.length - 1] = (card[card.length - 1] ?? 0) & (0xff << spare);
  return { reader: view.getUint8(0), format: view.getUint8(1), bits, data: card };
}
