import { type DecodeFailure, viewOf } from './codes.ts';

/** What COMSET asks for and COM reports. */
export interface Communication {
  readonly address: number;
  readonly baudRate: number;
}

export function encodeCommunication({ address, baudRate }: Communication): Uint8Array {
  const data = new Uint8Array(5);
  data[0] = address;
  viewOf(data).setUint32(1, baudRate, true);
  return data;
}

export function decodeCommunication(data: Uint8Array): Communication | DecodeFailure {
  if (data.length !== 5) return 'length';
  return { address: viewOf(data).getUint8(0), baudRate: viewOf(data).getUint32(1, true) };
}
