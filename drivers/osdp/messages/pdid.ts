import { type DecodeFailure, viewOf } from './codes.ts';

export interface PdId {
  /** The IEEE OUI, as hex in the order on the wire. */
  readonly vendor: string;
  readonly model: number;
  readonly version: number;
  readonly serial: number;
  /** Major, minor, build. */
  readonly firmware: string;
}

export function encodePdId({ vendor, model, version, serial, firmware }: PdId): Uint8Array {
  const data = new Uint8Array(12);
  data.set([...Uint8Array.fromHex(vendor), model, version]);
  viewOf(data).setUint32(5, serial, true);
  data.set(firmware.split('.').map(Number), 9);
  return data;
}

export function decodePdId(data: Uint8Array): PdId | DecodeFailure {
  if (data.length !== 12) return 'length';
  const view = viewOf(data);
  return {
    vendor: data.subarray(0, 3).toHex(),
    model: view.getUint8(3),
    version: view.getUint8(4),
    serial: view.getUint32(5, true),
    firmware: data.subarray(9).join('.'),
  };
}
