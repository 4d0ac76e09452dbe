import type { DecodeFailure } from './codes.ts';

/** Type 1 (SCBK), 16 bytes long: the only key that OSDP has. */
const head = [0x01, 0x10] as const;
export const keyBytes = 16;

export const encodeKeyset = (key: Uint8Array): Uint8Array => Uint8Array.of(...head, ...key);

export function decodeKeyset(data: Uint8Array): Uint8Array | DecodeFailure {
  if (data.length !== head.length + keyBytes) return 'length';
  return data[0] === head[0] && data[1] === head[1] ? data.slice(head.length) : 'record';
}
