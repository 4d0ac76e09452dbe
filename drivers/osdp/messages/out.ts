import { type DecodeFailure, records, viewOf } from './codes.ts';

/** In the order of their codes, 0–6. `permanent…AfterTimer` lets a running timer end first. */
const controls = [
  'nop',
  'permanentOff',
  'permanentOn',
  'permanentOffAfterTimer',
  'permanentOnAfterTimer',
  'temporaryOn',
  'temporaryOff',
] as const;

export interface OutputControl {
  readonly output: number;
  readonly control: (typeof controls)[number];
  /** In steps of 100 ms, up to 6,553,500. */
  readonly timerMs: number;
}

const recordBytes = 4;

export function encodeOut(outputs: readonly OutputControl[]): Uint8Array {
  const data = new Uint8Array(outputs.length * recordBytes);
  outputs.forEach(({ output, control, timerMs }, i) => {
    data.set([output, controls.indexOf(control)], i * recordBytes);
    viewOf(data).setUint16(i * recordBytes + 2, timerMs / 100, true);
  });
  return data;
}

export function decodeOut(data: Uint8Array): readonly OutputControl[] | DecodeFailure {
  const cut = records(data, recordBytes);
  if (cut === 'length') return cut;
  const outputs: OutputControl[] = [];
  for (const record of cut) {
    const view = viewOf(record);
    const control = controls[view.getUint8(1)];
    if (control === undefined) return 'record';
    outputs.push({ output: view.getUint8(0), control, timerMs: view.getUint16(2, true) * 100 });
  }
  return outputs;
}
