import { type DecodeFailure, viewOf } from './codes.ts';

const keyCodes = {
  '0': 0x30,
  '1': 0x31,
  '2': 0x32,
  '3': 0x33,
  '4': 0x34,
  '5': 0x35,
  '6': 0x36,
  '7': 0x37,
  '8': 0x38,
  '9': 0x39,
  '*': 0x7f,
  '#': 0x0d,
  A: 0x41,
  B: 0x42,
  C: 0x43,
  D: 0x44,
} as const;
export type Key = keyof typeof keyCodes;

export const isKey = (text: string): text is Key => Object.hasOwn(keyCodes, text);

const keysByCode = new Map<number, Key>(Object.entries(keyCodes).map(([key, code]) => [code, key as Key]));

export interface KeyPresses {
  readonly reader: number;
  readonly keys: readonly Key[];
}

export const encodeKeypad = ({ reader, keys }: KeyPresses): Uint8Array =>
  Uint8Array.of(reader, keys.length, ...keys.map((key) => keyCodes[key]));

export function decodeKeypad(data: Uint8Array): KeyPresses | DecodeFailure {
  if (data.length < 2) return 'length';
  const view = viewOf(data);
  if (view.getUint8(1) !== data.length - 2) return 'length';
  const keys = Array.from(data.subarray(2), (code) => keysByCode.get(code));
  // A key that we do not know is not left out: that would make another code of the rest.
  return keys.every((key) => key !== undefined) ? { reader: view.getUint8(0), keys } : 'record';
}
