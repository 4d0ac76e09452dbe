import type { DecodeFailure } from './codes.ts';

export interface LocalStatus {
  readonly tamper: boolean;
  readonly powerFailure: boolean;
}

/** In the order of their codes. */
const readerStates = ['normal', 'notConnected', 'tamper'] as const;
export type ReaderState = (typeof readerStates)[number];

export const encodeLocalStatus = ({ tamper, powerFailure }: LocalStatus): Uint8Array =>
  Uint8Array.of(Number(tamper), Number(powerFailure));

export function decodeLocalStatus(data: Uint8Array): LocalStatus | DecodeFailure {
  return data.length === 2 ? { tamper: data[0] !== 0, powerFailure: data[1] !== 0 } : 'length';
}

/** Inputs and outputs: a byte a point, in order. */
export const encodePoints = (active: readonly boolean[]): Uint8Array => Uint8Array.from(active, Number);
export const decodePoints = (data: Uint8Array): readonly boolean[] => Array.from(data, (byte) => byte !== 0);

export const encodeReaderStates = (readers: readonly ReaderState[]): Uint8Array =>
  Uint8Array.from(readers, (state) => readerStates.indexOf(state));

export function decodeReaderStates(data: Uint8Array): readonly ReaderState[] | DecodeFailure {
  const readers = Array.from(data, (byte) => readerStates[byte]);
  return readers.every((state) => state !== undefined) ? readers : 'record';
}
