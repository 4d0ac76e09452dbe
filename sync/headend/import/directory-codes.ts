import { createHash } from 'node:crypto';

/**
 * Directory codes for those who have none, in order: always of the building's length, none that is taken. The same
 * building and people give the same codes, so what a dry run has seen is what is done. They call and never open, so
 * they need no secrecy (DESIGN section 2).
 *
 * Answers undefined when there are not enough of that length.
 */
export function makeDirectoryCodes(
  seeds: readonly string[],
  taken: ReadonlySet<string>,
  length: number,
): readonly string[] | undefined {
  const space = 10 ** length;
  const used = new Set(taken);
  if (space - used.size < seeds.length) return undefined;
  return seeds.map((seed) => {
    let place = createHash('sha256').update(seed).digest().readUIntBE(0, 6) % space;
    while (used.has(codeAt(place, length))) place = (place + 1) % space;
    const code = codeAt(place, length);
    used.add(code);
    return code;
  });
}

const codeAt = (place: number, length: number): string => String(place).padStart(length, '0');
