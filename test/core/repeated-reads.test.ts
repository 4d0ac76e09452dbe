import { describe, expect, it } from 'vitest';
import { type LastRead, repeatWithinMs, takeRead } from '../../controller/core/reader/repeated-reads.ts';

describe('a card that is read again', () => {
  const read = (atMs: number, form = 'bits:26:bd88eb80'): LastRead => ({ form, atMs });
  const fresh = (reads: readonly LastRead[]) => {
    let last: readonly LastRead[] = [];
    return reads.map((each) => {
      const taken = takeRead(last, each);
      ({ last } = taken);
      return taken.fresh;
    });
  };
  it.each<[what: string, reads: readonly LastRead[], fresh: readonly boolean[]]>([
    ['within a second is one read', [read(0), read(300), read(999)], [true, false, false]],
    ['while it stays in sight is one read', [read(0), read(900), read(1_800)], [true, false, false]],
    ['a second later is another', [read(0), read(repeatWithinMs)], [true, true]],
    [
      'beside another one in the same wallet is one read of each',
      [read(0), read(100, 'bits:26:11223340'), read(200), read(300, 'bits:26:11223340')],
      [true, true, false, false],
    ],
    [
      'a second later is another, whatever was read between',
      [read(0), read(900, 'bits:26:11223340'), read(1_000)],
      [true, true, true],
    ],
    [
      'is another where so many have come between that nothing can be a wallet',
      [read(0), ...Array.from({ length: 8 }, (_, i) => read(1 + i, `bits:26:${i}`)), read(10)],
      Array.from({ length: 10 }, () => true),
    ],
    ['with other bits is another card', [read(0), read(100, 'bits:32:bd88eb80')], [true, true]],
  ])('%s', (_, reads, expected) => {
    expect(fresh(reads)).toEqual(expected);
  });
});
