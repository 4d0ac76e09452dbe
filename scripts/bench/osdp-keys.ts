/** What the OSDP bench and its readers agree upon. */
import type { Key } from '../../drivers/osdp/messages/keypad.ts';

export const benchReaders = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** A key of each reader's own. */
export const benchKey = (address: number): Uint8Array =>
  Uint8Array.fromHex('8e73b0f7da0e6452c810f32b809079e5').map((byte, i) => (i === 3 ? byte ^ address : byte));

/** The device file of the bare echo. */
export const echoOf = (path: string): string => `${path}-echo`;

export interface Played {
  readonly address: number;
  readonly action: { readonly kind: 'press'; readonly keys: readonly Key[] };
}
