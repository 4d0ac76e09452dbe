import { type DecodeFailure, records, viewOf } from './codes.ts';

/** In the order of their codes. */
const colors = ['black', 'red', 'green', 'amber', 'blue', 'magenta', 'cyan', 'white'] as const;
type LedColor = (typeof colors)[number];

/** Times in steps of 100 ms, up to 25,500. With `offMs` 0 the light is steady. */
interface Blink {
  readonly onMs: number;
  readonly offMs: number;
  readonly onColor: LedColor;
  readonly offColor: LedColor;
}

export interface LedControl {
  readonly reader: number;
  readonly led: number;
  /** Shown for `timerMs` over the permanent one; `cancel` ends such a one at once. */
  readonly temporary?: 'cancel' | (Blink & { readonly timerMs: number });
  readonly permanent?: Blink;
}

const recordBytes = 14;
const dark: Blink = { onMs: 0, offMs: 0, onColor: 'black', offColor: 'black' };

const blinkBytes = ({ onMs, offMs, onColor, offColor }: Blink): readonly number[] => [
  onMs / 100,
  offMs / 100,
  colors.indexOf(onColor),
  colors.indexOf(offColor),
];

export function encodeLed(leds: readonly LedControl[]): Uint8Array {
  const data = new Uint8Array(leds.length * recordBytes);
  leds.forEach(({ reader, led, temporary, permanent }, i) => {
    const at = i * recordBytes;
    const set = typeof temporary === 'object';
    data.set([reader, led, set ? 2 : temporary === 'cancel' ? 1 : 0], at);
    data.set(blinkBytes(set ? temporary : dark), at + 3);
    viewOf(data).setUint16(at + 7, set ? temporary.timerMs / 100 : 0, true);
    data.set([permanent === undefined ? 0 : 1, ...blinkBytes(permanent ?? dark)], at + 9);
  });
  return data;
}

export function decodeLed(data: Uint8Array): readonly LedControl[] | DecodeFailure {
  const cut = records(data, recordBytes);
  if (cut === 'length') return cut;
  const leds: LedControl[] = [];
  for (const record of cut) {
    const view = viewOf(record);
    const temporary = blinkAt(view, 3);
    const permanent = blinkAt(view, 10);
    const temporaryControl = view.getUint8(2);
    const permanentControl = view.getUint8(9);
    if (temporaryControl > 2 || permanentControl > 1) return 'record';
    if (temporary === undefined || permanent === undefined) return 'record';
    leds.push({
      reader: view.getUint8(0),
      led: view.getUint8(1),
      ...(temporaryControl === 1 ? { temporary: 'cancel' } : {}),
      ...(temporaryControl === 2
        ? { temporary: { ...temporary, timerMs: view.getUint16(7, true) * 100 } }
        : {}),
      ...(permanentControl === 1 ? { permanent } : {}),
    });
  }
  return leds;
}

function blinkAt(view: DataView, at: number): Blink | undefined {
  const onColor = colors[view.getUint8(at + 2)];
  const offColor = colors[view.getUint8(at + 3)];
  if (onColor === undefined || offColor === undefined) return undefined;
  return { onMs: view.getUint8(at) * 100, offMs: view.getUint8(at + 1) * 100, onColor, offColor };
}
