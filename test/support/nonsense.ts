/** Arbitrary nonsense for the wire: bytes, JSON of every shape, and values that a field of some kind must refuse. */
import fc from 'fast-check';

const edges = [-1, -0.5, 1.5, 2 ** 53, -(2 ** 53), 1e308, -1e308, 5e-324];

/** JSON values that are deep, large, oddly keyed or odd. */
export const anyJson = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 5 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(...edges, '', '\u0000', '\ud800', 'x'.repeat(60_000), [], {}),
  },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom('constructor', 'toString', 'then', '__defineGetter__'),
      fc.jsonValue(),
      { maxKeys: 4 },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom<unknown>(0, '', null, false), { minLength: 500, maxLength: 2_000 }),
  },
);

const notText = fc.constantFrom<unknown>(null, true, 7, [], {}, ['x'], { toString: 'x' });
const notWhole = fc.constantFrom<unknown>(...edges, null, false, '1', '', [1], {});
const notList = fc.constantFrom<unknown>(null, 'abc', 3, {}, { length: 2 }, true);

/** Values that a field of this kind refuses. */
export const wrong = {
  id: fc.oneof(notText, fc.constantFrom('', 'x'.repeat(65), 'x'.repeat(60_000))),
  audience: fc.oneof(
    notText,
    fc.constantFrom('', '*', 'building:*', 'console-2', 'building:elm-court', 'console-1 '),
  ),
  uuid: fc.oneof(
    notText,
    fc.constantFrom('', 'x', '0'.repeat(36), `${'a'.repeat(8)}-0000-0000-0000-00000000000`),
  ),
  whole: notWhole,
  hex: fc.oneof(notText, fc.constantFrom('', 'f'.repeat(63), 'F'.repeat(64), 'g'.repeat(64), 'f'.repeat(65))),
  instant: fc.oneof(
    notText,
    fc.constantFrom('', 'now', '2026-02-30T00:00:00.000Z', '+275760-09-13T00:00:00.001Z'),
  ),
  list: notList,
  /** For what is refused only by its meaning. */
  text: notText,
} as const;

/** JSON text of an object in ways that no serialiser writes: keys twice, keys in any order, white space, escapes. */
export const oddText = (value: Readonly<Record<string, unknown>>): fc.Arbitrary<string> =>
  fc
    .record({
      order: fc.shuffledSubarray(Object.entries(value), { minLength: Object.keys(value).length }),
      first: fc.option(fc.constantFrom(...Object.keys(value)), { nil: undefined }),
      filler: fc.constantFrom('', ' ', '\n\t', ' '.repeat(20_000)),
      more: fc.constantFrom('', '"unknown":{"a":[1,2,3]},', `"large":"${'x'.repeat(30_000)}",`),
    })
    .map(({ order, first, filler, more }) => {
      // The last of two keys counts (ECMA-404 leaves it open; JSON.parse takes the last): the first is of no use.
      const twice = first === undefined ? '' : `${JSON.stringify(first)}:0,`;
      const fields = order.map(
        ([key, field]) => `${filler}${JSON.stringify(key)}:${JSON.stringify(field) ?? 'null'}`,
      );
      return `{${twice}${more}${fields.join(',')}}`;
    });
