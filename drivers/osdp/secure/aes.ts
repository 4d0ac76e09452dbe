import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';

/** AES-128 as OSDP uses it: whole blocks, padding is the caller's. The same bytes always give the same bytes. */
const cbc = 'aes-128-cbc';
const ecb = 'aes-128-ecb';

export function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  return plain(createCipheriv(ecb, key, null).setAutoPadding(false).update(block));
}

export function encryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return plain(createCipheriv(cbc, key, iv).setAutoPadding(false).update(blocks));
}

export function decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return plain(createDecipheriv(cbc, key, iv).setAutoPadding(false).update(blocks));
}

/** Takes as long for every difference. Lengths are no secret. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

/** Without Buffer's ways: its `slice` would share the bytes. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
