/** A card that lies on a reader, or a car that waits before a gate, is read again and again: that is one read. Pure. */

export interface LastRead {
  /** The credential's canonical form: kind, bits and length (`hash-forms.ts`). */
  readonly form: string;
  readonly atMs: number;
}

/** From one sight to the next; a card that stays in sight stays one read. */
export const repeatWithinMs = 1_000;

/** `fresh`: present it. Keep `last` either way. */
export function takeRead(
  last: LastRead | undefined,
  read: LastRead,
): { readonly last: LastRead; readonly fresh: boolean } {
  const fresh = last?.form !== read.form || read.atMs - last.atMs >= repeatWithinMs;
  return { last: read, fresh };
}
