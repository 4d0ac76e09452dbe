/** Data and MAC of one message in a session, given the MAC of the message before (OSDP 2.2, annex D.5). */
import { decryptCbc, encryptCbc } from './aes.ts';
import type { SessionKeys } from './session-keys.ts';

const blockBytes = 16;
const padMark = 0x80;

/** `80 00 …` up to whole blocks. */
function padded(data: Uint8Array, always: boolean): Uint8Array {
  if (!always && data.length % blockBytes === 0) return data;
  const blocks = new Uint8Array((Math.floor(data.length / blockBytes) + 1) * blockBytes);
  blocks.set(data);
  blocks[data.length] = padMark;
  return blocks;
}

/** CBC under S-MAC1, the last block under S-MAC2. All 16 bytes; 4 of them are sent. */
export function macOf(keys: SessionKeys, previousMac: Uint8Array, covered: Uint8Array): Uint8Array {
  const blocks = padded(covered, false);
  const lastAt = blocks.length - blockBytes;
  const iv =
    lastAt === 0
      ? previousMac
      : encryptCbc(keys.mac1, previousMac, blocks.subarray(0, lastAt)).subarray(lastAt - blockBytes);
  return encryptCbc(keys.mac2, iv, blocks.subarray(lastAt));
}

const inverted = (mac: Uint8Array): Uint8Array => mac.map((byte) => ~byte);

export const encryptData = (keys: SessionKeys, previousMac: Uint8Array, data: Uint8Array): Uint8Array =>
  encryptCbc(keys.enc, inverted(previousMac), padded(data, true));

/** Undefined: not whole blocks, or no padding at the end. */
export function decryptData(
  keys: SessionKeys,
  previousMac: Uint8Array,
  encrypted: Uint8Array,
): Uint8Array | undefined {
  if (encrypted.length === 0 || encrypted.length % blockBytes !== 0) return undefined;
  const data = decryptCbc(keys.enc, inverted(previousMac), encrypted);
  const end = data.lastIndexOf(padMark);
  if (end < data.length - blockBytes || data.subarray(end + 1).some((byte) => byte !== 0)) return undefined;
  return data.slice(0, end);
}
