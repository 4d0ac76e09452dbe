import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DirectorySearch,
  indexDirectory,
  searchDirectory,
} from '../../controller/core/directory-search.ts';

const directory = [
  ['Aisha O’Neill', 'PH-2'],
  ['Anne-Marie Lœwy', '101'],
  ['Edward Chan', '1011'],
  ['Émile Gagné', '301'],
  ['J.P. Straße', '302'],
  ['Lee Ann Leeson', '10'],
  ['Łukasz Sørensen', '303'],
  ['Ann Lee', '304'],
  ['Ιάσων Σωκράτης', '305'],
].map(([name = '', suite = ''], n) => ({ id: `r-${n}`, name, suite }));
const index = indexDirectory(directory);

const namesOf = (search: DirectorySearch): readonly string[] =>
  search.kind === 'found' ? search.entries.map(({ name }) => name) : [search.kind];
const find = (query: string): readonly string[] => namesOf(searchDirectory(index, query, 'list'));

describe('a search in the directory', () => {
  it.each([
    ['o’neill', 'Aisha O’Neill'],
    ["O'NEI", 'Aisha O’Neill'],
    ['oneill', 'Aisha O’Neill'],
    ['o neill', 'Aisha O’Neill'],
    ['neil', 'Aisha O’Neill'],
    ['o´neill', 'Aisha O’Neill'],
    ['ph2', 'Aisha O’Neill'],
    ['PH 2 neill', 'Aisha O’Neill'],
    ['anne marie', 'Anne-Marie Lœwy'],
    ['annemarie', 'Anne-Marie Lœwy'],
    ['marie‑anne', 'Anne-Marie Lœwy'],
    ['LOEW', 'Anne-Marie Lœwy'],
    ['gagne emile', 'Émile Gagné'],
    ['E\u0301mile', 'Émile Gagné'],
    ['  em,  gag ', 'Émile Gagné'],
    ['jp strasse', 'J.P. Straße'],
    ['STRASSE', 'J.P. Straße'],
    ['lukasz sorensen', 'Łukasz Sørensen'],
    ['ΣΩΚΡΆΤΗΣ', 'Ιάσων Σωκράτης'],
    ['emile 🎉', 'Émile Gagné'],
  ])('%j finds %s, and nobody else', (query, name) => {
    expect(find(query)).toEqual([name]);
  });

  it.each(['', '   ', '🎉🏠', '-', '’', 'mile', 'emile chan', '\u0301', '\ud83c'])(
    '%j finds nobody',
    (query) => {
      expect(find(query)).toEqual([]);
    },
  );

  it('finds suites by their beginnings, the whole one first', () => {
    expect(find('101')).toEqual(['Anne-Marie Lœwy', 'Edward Chan']);
    expect(find('10')).toEqual(['Lee Ann Leeson', 'Anne-Marie Lœwy', 'Edward Chan']);
  });

  it('puts whole words first and names in alphabetical order otherwise', () => {
    expect(find('ann')).toEqual(['Ann Lee', 'Lee Ann Leeson', 'Anne-Marie Lœwy']);
    expect(find('l')).toEqual(['Ann Lee', 'Anne-Marie Lœwy', 'Lee Ann Leeson', 'Łukasz Sørensen']);
  });

  it('finds the same however the directory was cut into segments', () => {
    fc.assert(
      fc.property(fc.nat(directory.length), fc.constantFrom('l', 'ann', '10', 'e'), (cut, query) => {
        const cutIndex = [
          ...indexDirectory(directory.slice(cut)),
          ...indexDirectory(directory.slice(0, cut)),
        ];
        expect(searchDirectory(cutIndex, query, 'list')).toEqual(searchDirectory(index, query, 'list'));
      }),
    );
  });

  it('gives the first 50 by name, of however many in whatever order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(9_999), { minLength: 51, maxLength: 200 }), (numbers) => {
        const entries = numbers.map((n) => ({ id: `r-${n}`, name: `Lee ${10_000 + n}`, suite: '1' }));
        const found = namesOf(searchDirectory(indexDirectory(entries), 'lee', 'list'));
        const sorted = entries.map(({ name }) => name).toSorted();
        expect(found).toEqual(sorted.slice(0, 50));
      }),
    );
  });

  it('gives at most 50, and says that there are more', () => {
    const many = (count: number) =>
      indexDirectory(Array.from({ length: count }, (_, n) => ({ id: `r-${n}`, name: 'Lee', suite: `${n}` })));
    expect(searchDirectory(many(50), 'lee', 'list')).toMatchObject({ more: false });
    const search = searchDirectory(many(51), 'lee', 'list');
    expect(search).toMatchObject({ kind: 'found', more: true });
    expect(namesOf(search)).toHaveLength(50);
  });

  it('looks at the first 100 characters only, whatever they are', () => {
    expect(find(`${' '.repeat(95)}emilechan`)).toEqual(['Émile Gagné']);
    expect(find(`${'🎉'.repeat(95)}emilechan`)).toEqual(['Émile Gagné']);
    expect(find('emile '.repeat(2_000))).toEqual(['Émile Gagné']);
    expect(find('🎉'.repeat(10_000))).toEqual([]);
  });

  it('needs two characters where the building lists nobody', () => {
    const unlisted = (query: string) => namesOf(searchDirectory(index, query, 'searchOnly'));
    for (const query of ['', 'e', ' é ', 'e\u0301', '-e-', 'e🎉', 'e e'])
      expect(unlisted(query)).toEqual(['tooShort']);
    expect(unlisted('em')).toEqual(['Émile Gagné']);
    expect(unlisted('ph2')).toEqual(['Aisha O’Neill']);
  });
});

const letters = Array.from('abcdefghijklmnopqrstuvwxyzéèêëàâîïôöûüçñœæøłß');
const part = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 });
const word = fc.array(part, { minLength: 1, maxLength: 3 });
const apostrophes = ["'", '’', '‘', 'ʼ', '`', '´', '′'];
const hyphens = ['-', '‐', '‑', '–', '−'];

/** A name of joined words, and one way in which somebody may type it. */
const nameAndQuery = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .filter((words) => words.flat(2).join('').length < 40)
  .chain((words) =>
    fc.record({
      name: fc
        .array(fc.constantFrom(...apostrophes, ...hyphens), { minLength: 12, maxLength: 12 })
        .map((by) => words.map((parts, n) => parts.join(by[n] ?? '-')).join(' ')),
      query: fc
        .tuple(
          fc.shuffledSubarray(words, { minLength: words.length, maxLength: words.length }),
          fc.constantFrom('', ' ', ...apostrophes, ...hyphens),
          fc.constantFrom<(text: string) => string>(
            (text) => text,
            (text) => text.toUpperCase(),
            (text) => text.normalize('NFD'),
            (text) => text.normalize('NFD').replace(/\p{M}/gu, ''),
          ),
        )
        .map(([order, joiner, write]) => write(order.map((parts) => parts.join(joiner)).join('  '))),
    }),
  );

describe('whoever types a resident’s name', () => {
  const others = Array.from({ length: 20 }, (_, n) => ({ id: `o-${n}`, name: `Other ${n}`, suite: `${n}` }));

  it('finds them, whatever the case, accents, apostrophes, hyphens and order of words', () => {
    fc.assert(
      fc.property(nameAndQuery, ({ name, query }) => {
        const sought = { id: 'sought', name, suite: '9999' };
        const search = searchDirectory(indexDirectory([...others, sought]), query, 'list');
        expect(search).toMatchObject({ kind: 'found', entries: expect.arrayContaining([sought]) });
      }),
    );
  });

  it('finds them from any beginnings of its words', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat(), (words, cut) => {
        const sought = { id: 'sought', name: words.join(' '), suite: '9999' };
        const query = words.map((each) => each.slice(0, 1 + (cut % each.length))).join(' ');
        const search = searchDirectory(indexDirectory([...others, sought]), query, 'list');
        expect(search).toMatchObject({ entries: expect.arrayContaining([sought]) });
      }),
    );
  });

  it('gets an answer of at most 50 residents of the directory, each once, for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (query) => {
        const search = searchDirectory(index, query, 'list');
        const entries = search.kind === 'found' ? search.entries : [];
        expect(new Set(entries).size).toBe(entries.length);
        expect(directory).toEqual(expect.arrayContaining([...entries]));
      }),
    );
  });
});
