import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { addEntries, setField } from '../../sync/headend/building-file/edit-text.ts';
import { twoDoorsYaml } from '../support/two-doors.ts';

const example = readFileSync(new URL('../../config/examples/building.yaml', import.meta.url), 'utf8');
type Entry = Readonly<Record<string, unknown>>;
type Lists = Record<'residents' | 'guests', Entry[] | undefined>;
const read = (text: string | undefined): Lists => parse(text ?? '') as Lists;

/** Every line of the text before, in order, is a line of the text after. */
function keepsLines(before: string, after: string): boolean {
  const left = after.split(/\r?\n/);
  return before.split(/\r?\n/).every((line) => {
    const at = left.indexOf(line);
    left.splice(0, at + 1);
    return at !== -1;
  });
}

const someText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    'true',
    'null',
    '~',
    '0x1F',
    '1e3',
    '12:30',
    '- a',
    '#b',
    'a: b',
    "o'b",
    '.inf',
    ' a',
    'no',
    'Ñandú, 4',
  ),
);
const entry = fc.record(
  {
    suite: someText,
    displayName: someText,
    showOnConsole: fc.boolean(),
    escalationNumbers: fc.array(someText, { maxLength: 3 }),
    moveInDate: fc.constantFrom('2026-03-01', '2026-03-01 17:00'),
  },
  { noNullPrototype: true },
);

/** The same building in several hands. */
const styles: Readonly<Record<string, string>> = {
  example,
  small: twoDoorsYaml,
  'with CRLF': twoDoorsYaml.replaceAll('\n', '\r\n'),
  'without a last line end': twoDoorsYaml.trimEnd(),
  'without indentation': 'residents:\n- suite: "1"\n- suite: "2" # two\n# end\ndoors: []\n',
  'with an empty list': 'residents: []   # nobody yet\ndoors: []\n',
  'with an empty list over lines': 'residents:\n  [\n  ]\ndoors: []\n',
  'without the list': 'doors: []\n# the end\n',
  'as flow': 'residents: [{suite: "1"}, {suite: "2"} ]\ndoors: []\n',
  'with flow entries': 'residents:\n  - {suite: "1", phone: "2"}  # a\n  - {suite: "2"}\n',
  'as JSON': '{"residents": [{"suite": "1"}], "doors": []}\n',
  'as JSON without the list': '{"doors": []}\n',
  'with a byte order mark': '\uFEFFresidents:\n  - suite: "1"\n',
};

describe('entries that are added to a building file', () => {
  it.each(Object.keys(styles))('say what they said, and change nothing else: %s', (style) => {
    const before = styles[style] ?? '';
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
        const after = addEntries(before, 'residents', entries);
        const was = read(before);
        expect(
          isDeepStrictEqual(read(after), { ...was, residents: [...(was.residents ?? []), ...entries] }),
        ).toBe(true);
        if (!/flow|JSON|empty/.test(style)) expect(keepsLines(before.trimEnd(), after ?? '')).toBe(true);
      }),
      { numRuns: style === 'example' ? 5 : 60 },
    );
  });

  it('look as a person would have written them', () => {
    const added = { suite: '103', displayName: 'Hal Ker', directoryCode: '00123', moveInDate: '2026-03-01' };
    expect(addEntries(twoDoorsYaml, 'residents', [added])).toBe(
      twoDoorsYaml.replace(
        'invites: {restricted: true}\n',
        'invites: {restricted: true}\n  - suite: "103"\n    displayName: Hal Ker\n    directoryCode: "00123"\n    moveInDate: 2026-03-01\n',
      ),
    );
  });
});

describe('line ends of Windows', () => {
  it('are those of the new lines, too', () => {
    const before = styles['with CRLF'] ?? '';
    for (const after of [
      addEntries(before, 'residents', [{ suite: '103', displayName: 'Hal Ker' }]),
      addEntries(before, 'guests', [{ name: 'Ana' }]),
      setField(before, 'residents', 0, 'moveOutDate', '2027-05-31'),
    ]) {
      expect(after).not.toBe(before);
      expect(after).not.toMatch(/(?<!\r)\n/);
    }
  });
});

describe('a field that is set', () => {
  it.each(Object.keys(styles).filter((style) => (read(styles[style]).residents ?? []).length > 0))(
    'says so, and changes nothing else: %s',
    (style) => {
      const before = styles[style] ?? '';
      const { residents = [] } = read(before);
      for (const index of [0, residents.length - 1]) {
        for (const [field, value] of [
          ['moveOutDate', '2027-05-31'],
          ['suite', '007'],
          ['revoked', true],
        ] as const) {
          const after = setField(before, 'residents', index, field, value);
          const expected = residents.with(index, { ...residents[index], [field]: value });
          expect(read(after)).toEqual({ ...read(before), residents: expected });
          const comments = (text: string): readonly string[] => text.match(/#[^\r\n]*/g) ?? [];
          expect(comments(after ?? '')).toEqual(comments(before));
          expect(parseDocument(after ?? '').errors).toEqual([]);
        }
      }
    },
  );

  it('is refused where the entry is not written there', () => {
    expect(setField('a: &a {suite: "1"}\nresidents: [*a]\n', 'residents', 0, 'suite', '2')).toBeUndefined();
    expect(addEntries('a: &a []\nresidents: *a\n', 'residents', [{ suite: '1' }])).toBeUndefined();
  });
});
