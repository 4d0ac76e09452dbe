/**
 * Card formats as data. Bit 0 is the most significant. Formats of one length cannot be told apart by their bits: which one
 * a reader's cards have is configured.
 */

/** From `first` to `last`, both counted. */
interface BitRange {
  readonly first: number;
  readonly last: number;
}

interface ParityRule {
  /** The bit that makes the number of ones among itself and `over` even, or odd. */
  readonly bit: number;
  readonly parity: 'even' | 'odd';
  readonly over: readonly number[];
}

export interface WiegandFormat {
  readonly bits: number;
  readonly facility?: BitRange;
  readonly card: BitRange;
  readonly parity: readonly ParityRule[];
}

const bitsBetween = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Two of three bits from `first` on: 2, 3, 5, 6, 8, 9 … */
const twoOfThree = (first: number, last: number): readonly number[] =>
  bitsBetween(first, last).filter((bit) => (bit - first) % 3 !== 2);

const halves37: readonly ParityRule[] = [
  { bit: 0, parity: 'even', over: bitsBetween(1, 18) },
  { bit: 36, parity: 'odd', over: bitsBetween(18, 35) },
];

export const wiegandFormats = {
  H10301: {
    bits: 26,
    facility: { first: 1, last: 8 },
    card: { first: 9, last: 24 },
    parity: [
      { bit: 0, parity: 'even', over: bitsBetween(1, 12) },
      { bit: 25, parity: 'odd', over: bitsBetween(13, 24) },
    ],
  },
  H10306: {
    bits: 34,
    facility: { first: 1, last: 16 },
    card: { first: 17, last: 32 },
    parity: [
      { bit: 0, parity: 'even', over: bitsBetween(1, 16) },
      { bit: 33, parity: 'odd', over: bitsBetween(17, 32) },
    ],
  },
  H10304: { bits: 37, facility: { first: 1, last: 16 }, card: { first: 17, last: 35 }, parity: halves37 },
  H10302: { bits: 37, card: { first: 1, last: 35 }, parity: halves37 },
  corporate1000: {
    bits: 35,
    facility: { first: 2, last: 13 },
    card: { first: 14, last: 33 },
    parity: [
      { bit: 1, parity: 'even', over: twoOfThree(2, 33) },
      { bit: 34, parity: 'odd', over: twoOfThree(1, 32) },
      { bit: 0, parity: 'odd', over: bitsBetween(1, 34) },
    ],
  },
} as const satisfies Readonly<Record<string, WiegandFormat>>;
