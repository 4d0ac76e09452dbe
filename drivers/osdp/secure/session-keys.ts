/** From the base key and the challenge to the keys of one session (OSDP 2.2, annex D.4). */
import { encryptBlock } from './aes.ts';

/** SCBK-D, which everybody knows. */
export const defaultBaseKey: Uint8Array = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);

export interface SessionKeys {
  readonly enc: Uint8Array;
  readonly mac1: Uint8Array;
  readonly mac2: Uint8Array;
}

/** Two bytes that say what the key is for, and six of the challenge. */
function derived(baseKey: Uint8Array, rndA: Uint8Array, purpose: readonly [number, number]): Uint8Array {
  const block = new Uint8Array(16);
  block.set(purpose);
  block.set(rndA.subarray(0, 6), 2);
  return encryptBlock(baseKey, block);
}

export const deriveSessionKeys = (baseKey: Uint8Array, rndA: Uint8Array): SessionKeys => ({
  enc: derived(baseKey, rndA, [0x01, 0x82]),
  mac1: derived(baseKey, rndA, [0x01, 0x01]),
  mac2: derived(baseKey, rndA, [0x01, 0x02]),
});

/** The peripheral's proof that it has the key (`cryptB`). */
export const clientCryptogram = (keys: SessionKeys, rndA: Uint8Array, rndB: Uint8Array): Uint8Array =>
  encryptBlock(keys.enc, Uint8Array.of(...rndA, ...rndB));

/** The panel's (`cryptA`). */
export const serverCryptogram = (keys: SessionKeys, rndA: Uint8Array, rndB: Uint8Array): Uint8Array =>
  encryptBlock(keys.enc, Uint8Array.of(...rndB, ...rndA));

/** RMAC_I: from what the session's chain of MACs begins. */
export const initialMac = (keys: SessionKeys, cryptA: Uint8Array): Uint8Array =>
  encryptBlock(keys.mac2, encryptBlock(keys.mac1, cryptA));
