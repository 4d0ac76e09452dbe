/** Command and reply codes (OSDP 2.2, annex A). FMT (0x51) is deprecated and deliberately not among them. */
export const commandCodes = {
  POLL: 0x60,
  ID: 0x61,
  CAP: 0x62,
  LSTAT: 0x64,
  ISTAT: 0x65,
  OSTAT: 0x66,
  RSTAT: 0x67,
  OUT: 0x68,
  LED: 0x69,
  BUZ: 0x6a,
  TEXT: 0x6b,
  COMSET: 0x6e,
  KEYSET: 0x75,
  CHLNG: 0x76,
  SCRYPT: 0x77,
  ABORT: 0xa2,
  KEEPACTIVE: 0xa7,
} as const;

export const replyCodes = {
  ACK: 0x40,
  NAK: 0x41,
  PDID: 0x45,
  PDCAP: 0x46,
  LSTATR: 0x48,
  ISTATR: 0x49,
  OSTATR: 0x4a,
  RSTATR: 0x4b,
  RAW: 0x50,
  KEYPAD: 0x53,
  COM: 0x54,
  CCRYPT: 0x76,
  RMAC_I: 0x78,
  BUSY: 0x79,
} as const;

/** Why a peripheral would not. */
export const nakReasons = {
  check: 1,
  length: 2,
  unknownCommand: 3,
  sequence: 4,
  secureChannelUnsupported: 5,
  securityConditionsNotMet: 6,
  record: 9,
} as const;

export interface Message {
  readonly code: number;
  readonly data: Uint8Array;
}

/** What cannot be decoded, in the words that a NAK has for it. */
export type DecodeFailure = 'unknownCommand' | 'length' | 'record';
export const isFailure = (decoded: object | DecodeFailure): decoded is DecodeFailure =>
  typeof decoded === 'string';

export const noData = new Uint8Array(0);
export const viewOf = (data: Uint8Array): DataView =>
  new DataView(data.buffer, data.byteOffset, data.byteLength);

/** Cuts `data` into records of `size` bytes; `length` where it is not a whole number of them, and at least one. */
export function records(data: Uint8Array, size: number): readonly Uint8Array[] | 'length' {
  if (data.length === 0 || data.length % size !== 0) return 'length';
  return Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size));
}
