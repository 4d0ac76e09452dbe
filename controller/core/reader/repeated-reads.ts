/** A card that lies on a reader, or a car that waits before a gate, is read again and again: that is one read. Pure. */

export interface LastRead {
  /** The credential's canonical form: kind, bits and length (`hash-forms.ts`). */
  readonly form: string;
  readonly atMs: number;
}

/** From one sight to the next; a card that stays in sight stays one read. */
export const repeatWithinMs = 1_000;

/** As many as a wallet holds. */
const remembered = 8;

/** `fresh`: present it. Keep `last` either way. */
export function takeRead(
  last: readonly LastRead[],
  read: LastRead,
): { readonly last: readonly LastRead[]; readonly fresh: boolean } {
  const before = last.find(({ form }) => form === read.form);
  const others = last.filter(({ form }) => form !== read.form);
  return {
    last: [read, ...others].slice(0, remembered),
    fresh: before === undefined || read.atMs - before.atMs >= repeatWithinMs,
  };
}
