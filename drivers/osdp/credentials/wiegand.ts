import type { WiegandFormat } from './wiegand-formats.ts';

/** For people, at enrolment. Who may open is asked of all the bits and their number (`bitsForm`), never of these. */
export interface WiegandCard {
  readonly facility?: bigint;
  readonly card: bigint;
}

/** `length`: not a card of this format. `parity`: misread; the person presents it again. */
export type WiegandRefusal = 'length' | 'parity';

/** @param hex left-aligned, as a reader's `card` report has it */
export function readWiegand(
  { bits, facility, card, parity }: WiegandFormat,
  raw: { readonly bits: number; readonly hex: string },
): WiegandCard | WiegandRefusal {
  const data = Uint8Array.fromHex(raw.hex);
  if (raw.bits !== bits || data.length !== Math.ceil(bits / 8)) return 'length';
  const bit = (at: number): number => ((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  const sound = parity.every(
    (rule) => rule.over.reduce((sum, at) => sum ^ bit(at), bit(rule.bit)) === (rule.parity === 'odd' ? 1 : 0),
  );
  if (!sound) return 'parity';
  const number = ({ first, last }: WiegandFormat['card']): bigint => {
    let value = 0n;
    for (let at = first; at <= last; at += 1) value = (value << 1n) | BigInt(bit(at));
    return value;
  };
  return { ...(facility === undefined ? {} : { facility: number(facility) }), card: number(card) };
}
