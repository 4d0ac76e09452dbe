/** A small seeded generator (sfc32, C. Doty-Humphrey's PractRand), so that a seed repeats a schedule of faults. */
import { createHash } from 'node:crypto';

export interface Prng {
  /** 0 inclusive to 1 exclusive. */
  next(): number;
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list. */
  pick<T>(list: readonly T[]): T;
  /** A stream of its own: what is drawn here changes nothing there. */
  fork(name: string): Prng;
}

export function prngOf(seed: string): Prng {
  const bytes = createHash('sha256').update(seed).digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      const at = int(list.length);
      if (at >= list.length) throw new RangeError('nothing to pick from');
      return list[at] as T;
    },
    fork: (name) => prngOf(`${seed}/${name}`),
  };
}
