import type { DirectoryLine, Language } from '../view-model.ts';

export interface DirectoryRow extends DirectoryLine {
  /** The first row of its letter carries it, without accents: É stands with E. */
  readonly letter?: string;
}

const letterOf = (name: string): string => (name.normalize('NFD')[0] ?? '').toUpperCase();

/** By name as the language sorts, then by suite; numbers in suites by value. */
export function inOrder(directory: readonly DirectoryLine[], language: Language): readonly DirectoryRow[] {
  const collator = new Intl.Collator(`${language}-CA`, { numeric: true });
  const sorted = directory.toSorted(
    (a, b) => collator.compare(a.name, b.name) || collator.compare(a.suite, b.suite),
  );
  return sorted.map((line, index) => {
    const letter = letterOf(line.name);
    const previous = sorted[index - 1];
    return previous !== undefined && letterOf(previous.name) === letter ? line : { ...line, letter };
  });
}

/** The previous array when nothing in it changed, so that a page that comes back does not sort ten thousand names again. */
export function keepUnchanged(
  previous: readonly DirectoryLine[],
  next: readonly DirectoryLine[],
): readonly DirectoryLine[] {
  const same =
    previous.length === next.length &&
    next.every((line, index) => {
      const old = previous[index];
      return line.id === old?.id && line.name === old.name && line.suite === old.suite;
    });
  return same ? previous : next;
}
