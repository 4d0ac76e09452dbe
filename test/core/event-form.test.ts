import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventFormWriter } from '../../controller/core/hash-forms.ts';

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const character = fc.constantFrom('a', 'é', '€', '🔔', '\ud83d');
const body = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  // Up to the longest event there is, and beyond.
  fc.tuple(character, fc.integer({ min: 0, max: 70_000 })).map(([unit, times]) => unit.repeat(times)),
);

it('writes the 32 bytes of the hash before and the body in UTF-8, however long the bodies before it were', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hash, body), { minLength: 1, maxLength: 8 }), (events) => {
      const formOf = eventFormWriter();
      for (const [previous, text] of events) {
        const expected = Buffer.concat([Buffer.from(previous, 'hex'), Buffer.from(text)]);
        expect(Buffer.compare(formOf(previous, text), expected)).toBe(0);
      }
    }),
  );
});
