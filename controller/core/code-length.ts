/** How long entry codes must be so that guessing stays hopeless (DESIGN section 6); device and head-end ask here. */
import type { EpochMs } from './access/facts.ts';
import type { Credential, Guest } from './dataset.ts';

/** About 126 tries a day must find one of the live codes less than once in a thousand days. */
const guessesPerCode = 130_000;

/** Digits that entry codes need, with so many live codes: 8 for 300. */
export function codeLengthFor(liveCodes: number): number {
  const space = guessesPerCode * Math.max(1, liveCodes);
  let digits = 1;
  while (10 ** digits < space) digits += 1;
  return digits;
}

/** Of a code that some door may accept. */
const noEnd = Number.MAX_SAFE_INTEGER;

/** Until when a guesser could hit this row by typing; undefined: it is no code, or not a live one. */
export function liveCodeUntil(row: Credential | Guest): EpochMs | undefined {
  if ('host' in row) return row.revoked ? undefined : endOf(row.endsAt);
  if (row.kind !== 'pin' || row.status !== 'active') return undefined;
  return endOf(row.validUntil);
}

const endOf = (end: string | undefined): EpochMs => (end === undefined ? noEnd : Date.parse(end));
