/** A card that lies on a reader, or a car that waits before a gate, is read again and again: that is one read. Pure. */

export interface LastRead {
  readonly bits: number;
  readonly hex: string;
  readonly atMs: number;
}

/** From one sight to the next; a card that stays in sight stays one read. */
export const repeatWithinMs = 1_000;

/** `fresh`: present it. Keep `last` either way. */
export function takeRead(
  last: LastRead | undefined,
  read: LastRead,
): { readonly last: LastRead; readonly fresh: boolean } {
  const same = last !== undefined && last.bits === read.bits && last.hex === read.hex;
  return { last: read, fresh: !same || read.atMs - last.atMs >= repeatWithinMs };
}
