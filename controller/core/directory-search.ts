/**
 * Search in the lobby's directory, as people type: case, accents, apostrophes, hyphens and the order of words do not
 * matter, and the beginning of a word is enough. An index is built in segments, so that a large directory is taken in a
 * little at a time; a search only reads them.
 */
import type { Building } from './dataset.ts';
import type { DirectoryEntry } from './directory.ts';

/** What is typed beyond this is not looked at; no name is longer. */
const maxQueryCodePoints = 100;
const maxFound = 50;
/** Where names are not listed, one letter would list them all the same. */
const leastCharactersUnlisted = 2;

export type DirectorySearch =
  /** At most 50, best first; `more`: there are others. */
  | { readonly kind: 'found'; readonly entries: readonly DirectoryEntry[]; readonly more: boolean }
  /** The building lists nobody, and so little was typed that the answer would be a list. */
  | { readonly kind: 'tooShort' };

/** Segments in no particular order; who was found is put in order by name. */
export type DirectoryIndex = readonly DirectorySegment[];

interface DirectorySegment {
  readonly entries: readonly DirectoryEntry[];
  /** For each of `entries` what it is sorted by. */
  readonly order: readonly string[];
  /** Sorted, each once. */
  readonly words: readonly string[];
  /** For each of `words`, the places in `entries` whose name or suite has it. */
  readonly places: readonly (readonly number[])[];
}

/** A word as somebody wrote it: `whole` without its joiners, `parts` between them ("O'Neill": oneill; o, neill). */
interface Word {
  readonly whole: string;
  readonly parts: readonly string[];
}

/** Apostrophes, primes and accents that stand in for them, hyphens and dashes of all kinds, the dot of an initial. */
const joiners = /['’‘‛ʹʻʼʽ′ꞌ＇`´.\p{Pd}\u2212\u00ad]/u;
const separators = /[^\p{L}\p{N}\p{M}'’‘‛ʹʻʼʽ′ꞌ＇`´.\p{Pd}\u2212\u00ad]+/u;
const marks = /\p{M}/gu;

/** Letters that no decomposition turns into those of an A–Z keyboard. */
const spelledOut: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  ı: 'i',
  ς: 'σ',
};
const toSpellOut = /[œæøłđðþßıς]/g;

const plain = /^[a-z0-9]*$/;

function folded(text: string): string {
  const lower = text.toLowerCase();
  // Most words have nothing to fold, and an index has tens of thousands of them.
  if (plain.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(marks, '')
    .replace(toSpellOut, (letter) => spelledOut[letter] ?? letter);
}

/** Joiners go before the decomposition: "´" would become a space. */
function wordsOf(text: string): readonly Word[] {
  return text.split(separators).flatMap((chunk) => {
    const parts = chunk
      .split(joiners)
      .map(folded)
      .filter((part) => part !== '');
    return parts.length === 0 ? [] : [{ whole: parts.join(''), parts }];
  });
}

/** One segment. Its cost grows with the entries: some 5 µs each. */
export function indexDirectory(entries: readonly DirectoryEntry[]): DirectoryIndex {
  const placesOf = new Map<string, number[]>();
  for (const [place, { name, suite }] of entries.entries()) {
    const words = [...wordsOf(name), ...wordsOf(suite)];
    for (const word of new Set(
      words.flatMap(({ whole, parts }) => (parts.length === 1 ? parts : [whole, ...parts])),
    )) {
      const places = placesOf.get(word);
      if (places === undefined) placesOf.set(word, [place]);
      else places.push(place);
    }
  }
  const words = [...placesOf.keys()].sort();
  return [
    {
      entries,
      order: entries.map(({ name, suite }) => `${folded(name)}\n${suite}`),
      words,
      places: words.map((word) => placesOf.get(word) ?? []),
    },
  ];
}

/** The place of the first word that does not sort before `word`. */
function firstNotBefore(words: readonly string[], word: string): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle] ?? '') < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

const absent = 0;
const begins = 1;
const equals = 2;

/** For each entry whether it has a word that begins with `typed` or is it. */
function matchesOf({ entries, words, places }: DirectorySegment, typed: string): Uint8Array {
  const matches = new Uint8Array(entries.length);
  for (let n = firstNotBefore(words, typed); words[n]?.startsWith(typed) === true; n += 1) {
    const match = words[n] === typed ? equals : begins;
    for (const place of places[n] ?? []) if (match > (matches[place] ?? absent)) matches[place] = match;
  }
  return matches;
}

/** A joined word is found joined ("jeanpaul") or by all of its parts ("jean", "paul"). */
function matchesOfWord(segment: DirectorySegment, { whole, parts }: Word): Uint8Array {
  const matches = matchesOf(segment, whole);
  if (parts.length === 1) return matches;
  const all = parts.map((part) => matchesOf(segment, part));
  return matches.map((match, place) =>
    Math.max(match, Math.min(...all.map((each) => each[place] ?? absent))),
  );
}

interface Found {
  readonly entry: DirectoryEntry;
  readonly order: string;
}

/** The first ones in order, found without sorting them all: one letter may find ten thousand. */
class FirstFound {
  readonly #first: Found[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(found: Found): void {
    this.#count += 1;
    const first = this.#first;
    if (first.length === maxFound && found.order >= (first.at(-1)?.order ?? '')) return;
    const place = first.findLastIndex(({ order }) => order <= found.order) + 1;
    first.splice(place, 0, found);
    if (first.length > maxFound) first.pop();
  }

  entries(): readonly DirectoryEntry[] {
    return this.#first.map(({ entry }) => entry);
  }
}

/**
 * Who fits every word of `query`, by name. Entries with more words typed in full come first ("Lee" before "Leeson"). A query
 * without a letter or digit finds nobody.
 */
export function searchDirectory(
  index: DirectoryIndex,
  query: string,
  listing: Building['listing'],
): DirectorySearch {
  const cut = Array.from(query.slice(0, 2 * maxQueryCodePoints))
    .slice(0, maxQueryCodePoints)
    .join('');
  const words = [...new Map(wordsOf(cut).map((word) => [word.parts.join(' '), word])).values()];
  const characters = words.reduce((sum, { whole }) => sum + Array.from(whole).length, 0);
  if (listing === 'searchOnly' && characters < leastCharactersUnlisted) return { kind: 'tooShort' };
  if (words.length === 0) return { kind: 'found', entries: [], more: false };
  const byRank = Array.from({ length: words.length + 1 }, () => new FirstFound());
  for (const segment of index) {
    const matches = words.map((word) => matchesOfWord(segment, word));
    for (const [place, entry] of segment.entries.entries()) {
      if (!matches.every((each) => each[place] !== absent)) continue;
      const inFull = matches.filter((each) => each[place] === equals).length;
      byRank[words.length - inFull]?.add({ entry, order: segment.order[place] ?? '' });
    }
  }
  const found = byRank.reduce((sum, { count }) => sum + count, 0);
  const entries = byRank.flatMap((rank) => rank.entries()).slice(0, maxFound);
  return { kind: 'found', entries, more: found > maxFound };
}
