import type { DecodeFailure } from './codes.ts';

/** How the peripheral answers a challenge. */
export interface ClientCryptogram {
  /** The client's unique id, 8 bytes. */
  readonly cuid: Uint8Array;
  /** 8 bytes. */
  readonly rndB: Uint8Array;
  /** 16 bytes. */
  readonly cryptogram: Uint8Array;
}

export const randomBytes = 8;
export const blockBytes = 16;

export const exactly = (data: Uint8Array, length: number): Uint8Array | DecodeFailure =>
  data.length === length ? data.slice() : 'length';

export const encodeCcrypt = ({ cuid, rndB, cryptogram }: ClientCryptogram): Uint8Array =>
  Uint8Array.of(...cuid, ...rndB, ...cryptogram);

export function decodeCcrypt(data: Uint8Array): ClientCryptogram | DecodeFailure {
  if (data.length !== 8 + randomBytes + blockBytes) return 'length';
  return { cuid: data.slice(0, 8), rndB: data.slice(8, 16), cryptogram: data.slice(16) };
}
