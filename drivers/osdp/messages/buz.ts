import { type DecodeFailure, viewOf } from './codes.ts';

/** In the order of their codes. */
const tones = ['none', 'off', 'default'] as const;

export interface BuzzerControl {
  readonly reader: number;
  readonly tone: (typeof tones)[number];
  /** Both in steps of 100 ms, up to 25,500. */
  readonly onMs: number;
  readonly offMs: number;
  /** 0: until something else is said. */
  readonly count: number;
}

export const encodeBuz = ({ reader, tone, onMs, offMs, count }: BuzzerControl): Uint8Array =>
  Uint8Array.of(reader, tones.indexOf(tone), onMs / 100, offMs / 100, count);

export function decodeBuz(data: Uint8Array): BuzzerControl | DecodeFailure {
  if (data.length !== 5) return 'length';
  const view = viewOf(data);
  const tone = tones[view.getUint8(1)];
  if (tone === undefined) return 'record';
  return {
    reader: view.getUint8(0),
    tone,
    onMs: view.getUint8(2) * 100,
    offMs: view.getUint8(3) * 100,
    count: view.getUint8(4),
  };
}
