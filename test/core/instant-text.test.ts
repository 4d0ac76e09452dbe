import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instantWriter } from '../../controller/core/time/instant-text.ts';

const latest = 8_640_000_000_000_000;
const instants = fc.oneof(
  fc.integer({ min: 0, max: latest }),
  // Within a few minutes, as events come.
  fc.integer({ min: 0, max: 200_000 }).map((ms) => Date.UTC(2026, 10, 22, 23, 58) + ms),
);

it('an instant is written as Date writes it, whatever was written before', () => {
  fc.assert(
    fc.property(fc.array(instants, { minLength: 1 }), (all) => {
      const textOf = instantWriter();
      expect(all.map(textOf)).toEqual(all.map((ms) => new Date(ms).toISOString()));
    }),
    { numRuns: 300 },
  );
});
