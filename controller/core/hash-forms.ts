/**
 * The byte forms that are hashed (PROTOCOL "Rows, digest, event hash"; DESIGN section 3). Pure: who hashes
 * brings SHA-256 or HMAC; device and head-end share these forms, so they cannot drift apart.
 */
const utf8 = new TextEncoder();

export interface WireRow {
  readonly table: string;
  readonly id: string;
  readonly version: number;
  /** JSON text of the row, kept byte for byte. */
  readonly row: string;
}

/** `table \0 id \0 version in decimal \0 row`, whose SHA-256 is the row's share of the digest. */
export const rowForm = ({ table, id, version, row }: WireRow): string =>
  `${table}\0${id}\0${version}\0${row}`;

const hashLength = 32;
/** Of any UTF-16 unit in UTF-8. */
const mostBytes = 3;

/**
 * Writes what an event's hash is of: the 32 raw bytes of the previous hash, then the body's UTF-8; the first previous hash is
 * `noHash`. Always into the same memory, because new memory for each takes as long as the hash itself: what it returns is
 * good until its next call.
 */
export function eventFormWriter(): (previousHash: string, body: string) => Uint8Array {
  let room = new Uint8Array(4_096);
  let tail = room.subarray(hashLength);
  return (previousHash, body) => {
    if (tail.length < body.length * mostBytes) {
      room = new Uint8Array(hashLength + body.length * mostBytes);
      tail = room.subarray(hashLength);
    }
    room.setFromHex(previousHash);
    return room.subarray(0, hashLength + utf8.encodeInto(body, tail).written);
  };
}

/** 64 zeros: the digest of no rows, and the hash before the first event. */
export const noHash = '0'.repeat(64);

const modulus = 1n << 256n;
const big = (hex: string): bigint => BigInt(`0x${hex}`);
const hex64 = (value: bigint): string => value.toString(16).padStart(64, '0');

/** Digests are sums modulo 2^256 of row hashes: order does not matter, and a row can be taken out again. */
export const digestPlus = (digest: string, rowHash: string): string =>
  hex64((big(digest) + big(rowHash)) % modulus);
export const digestMinus = (digest: string, rowHash: string): string =>
  hex64((big(digest) - big(rowHash) + modulus) % modulus);
/** The digest of many rows at once: what `digestPlus` makes of them one by one. */
export function digestOf(rowHashes: Iterable<string>): string {
  let sum = 0n;
  for (const rowHash of rowHashes) sum += big(rowHash);
  return hex64(sum % modulus);
}

/** Anything typed: a PIN, an entry code, a guest code. ASCII digits. */
export const codeForm = (digits: string): string => `code:${digits}`;
/** Anything a reader sends as bits; `hex` is left-aligned, lower case. Identity is bits and length, never the number alone. */
export const bitsForm = (bits: number, hex: string): string => `bits:${bits}:${hex.toLowerCase()}`;
/** Tags that a reader sends as a line of text. */
export const textForm = (line: string): string => `text:${line.trim().toUpperCase()}`;
