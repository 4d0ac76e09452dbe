/** Card formats of an installer's own, and what makes one that no card can have. */
import { z } from 'zod';

/** Of lines, readers and card formats. */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9._-]{1,32}$/,
    'a name of 1–32 letters, digits, dots, dashes or underscores, as events and the installer will see it',
  );

/** Which the driver brings; their layouts are in `drivers/osdp/credentials/wiegand-formats.ts`. */
export const builtInCardFormats = ['H10301', 'H10306', 'H10304', 'H10302', 'corporate1000'] as const;

const bitNumber = z.int().min(0).max(255);
const BitRange = z.strictObject({
  first: bitNumber.describe('the first bit; bit 0 is the one that the card sends first'),
  last: bitNumber.describe('the last bit, counted too'),
});

const ParityRule = z.strictObject({
  bit: bitNumber.describe('the parity bit'),
  parity: z.enum(['even', 'odd']).describe('what it makes the number of ones'),
  over: z.array(bitNumber).min(1).describe('the bits that it counts beside itself'),
});

const CardFormat = z
  .strictObject({
    bits: z.int().min(1).max(256).describe('how many bits such a card has'),
    facility: BitRange.optional().describe('where the facility code stands, which may be within `card`'),
    card: BitRange.describe('where the card number stands'),
    parity: z.array(ParityRule).default([]).describe('its parity bits, all of which must be right'),
  })
  .check(({ value, issues }) => {
    for (const { path, message } of impossibleIn(value))
      issues.push({ code: 'custom', path: [...path], message, input: value });
  })
  .describe('a card format of your own');

type CardFormat = Readonly<z.output<typeof CardFormat>>;

export const CardFormats = z
  .record(name, CardFormat)
  .optional()
  .describe('card formats of your own, by their names, beside those that every reader knows');

export type CardFormatTable = NonNullable<z.output<typeof CardFormats>>;

/** `message` completes "must be …". */
interface Impossible {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function impossibleIn(format: CardFormat): readonly Impossible[] {
  const { bits, facility, card, parity } = format;
  // What is wrong with the number itself is said at its own place.
  if (bits < 1) return [];
  const rules = parity.flatMap((rule, i) => impossibleRule(rule, bits).map((one) => at(['parity', i], one)));
  return [
    ...(facility === undefined ? [] : impossibleRange('facility', facility, bits)),
    ...impossibleRange('card', card, bits),
    ...(rules.length > 0 ? rules : contradiction(parity)),
  ];
}

const at = (path: Impossible['path'], one: Impossible): Impossible => ({
  ...one,
  path: [...path, ...one.path],
});

const beyond = (bits: number): string =>
  `at most ${bits - 1}, the last bit of a card whose \`bits\` are ${bits}`;

const impossibleRange = (
  range: string,
  { first, last }: CardFormat['card'],
  bits: number,
): readonly Impossible[] => [
  ...(first < bits ? [] : [{ path: [range, 'first'], message: beyond(bits) }]),
  ...(last < bits ? [] : [{ path: [range, 'last'], message: beyond(bits) }]),
  ...(first <= last ? [] : [{ path: [range, 'last'], message: 'the bit of `first`, or one behind it' }]),
];

const impossibleRule = ({ bit, over }: CardFormat['parity'][number], bits: number): readonly Impossible[] => [
  ...(bit < bits ? [] : [{ path: ['bit'], message: beyond(bits) }]),
  ...over.flatMap((each, i) => {
    const path = ['over', i];
    if (each >= bits) return [{ path, message: beyond(bits) }];
    if (each === bit) return [{ path, message: 'another bit than the parity bit, which counts by itself' }];
    return over.indexOf(each) < i ? [{ path, message: 'a bit that is not in this list yet' }] : [];
  }),
];

/**
 * The first rule that no card can meet together with those before it, such as an even and an odd one over the same bits.
 * Each rule is a sum of bits modulo 2; what is left of it after the sums before it must be possible.
 */
function contradiction(parity: CardFormat['parity']): readonly Impossible[] {
  const sums: { readonly bits: bigint; readonly odd: boolean }[] = [];
  for (const [i, { bit, parity: makes, over }] of parity.entries()) {
    let bits = [bit, ...over].reduce((sum, each) => sum ^ (1n << BigInt(each)), 0n);
    let odd = makes === 'odd';
    for (const sum of sums) {
      if ((bits ^ sum.bits) >= bits) continue;
      bits ^= sum.bits;
      odd = odd !== sum.odd;
    }
    if (bits !== 0n) sums.push({ bits, odd });
    else if (odd)
      return [{ path: ['parity', i], message: 'a rule that a card can meet together with those before it' }];
  }
  return [];
}
