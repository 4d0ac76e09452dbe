import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFrames } from '../../../drivers/osdp/frame/parser.ts';
import { hostileSession } from '../../support/osdp/hostile-line.ts';

/** The choices of a session, made of a list that fast-check can shrink. */
const chooser = (choices: readonly number[]) => {
  let at = 0;
  return (limit: number): number => {
    const choice = choices[at % choices.length] ?? 0;
    at += 1;
    return (choice + at) % limit;
  };
};

describe('a secure session with somebody on its wires', () => {
  it('reports nothing that nobody did, keeps less than a frame, and is well once the wires are clean', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(65_535), { minLength: 1, maxLength: 200 }), (choices) => {
        const { strange, mostKept, well } = hostileSession(chooser(choices), 40);
        expect(strange).toEqual([]);
        expect(mostKept).toBeLessThanOrEqual(1_440);
        expect(well).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('arbitrary bytes', () => {
  it('make no crash and no buffer of more than a frame, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (chunks) => {
        let pending: Uint8Array = new Uint8Array();
        for (const chunk of chunks) {
          ({ pending } = parseFrames(pending, chunk));
          expect(pending.length).toBeLessThanOrEqual(1_440);
        }
      }),
    );
  });
});
