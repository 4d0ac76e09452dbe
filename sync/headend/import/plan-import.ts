/**
 * What importing a file would do, row by row, against a building file (pure). Nothing of it is done unless every row
 * is right. Sentences name people, lines and columns; they never hold a code or a phone number.
 */
import { isDeepStrictEqual } from 'node:util';
import { duplicates } from '../building-file/check-duplicates.ts';
import { senseless } from '../building-file/check-sense.ts';
import type { BuildingFile } from '../building-file/file.ts';
import { slug, withIds } from '../building-file/ids.ts';
import { ResidentEntry } from '../building-file/people.ts';
import type { FilePath } from '../building-file/places-in-file.ts';
import type { DateOrder } from './cells.ts';
import type { Columns } from './columns.ts';
import { makeDirectoryCodes } from './directory-codes.ts';
import type { CsvRecord } from './records.ts';
import { labelOf, personKeys, type ResidentRow, readRow } from './row.ts';

export type RowOutcome = { readonly line: number; readonly label: string } & (
  | { readonly kind: 'added'; readonly notes: readonly string[] }
  /** The building file has this person; it stays as it is there. `differs`: fields of which the row says something else. */
  | { readonly kind: 'there'; readonly lineThere: number; readonly differs: readonly string[] }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
);

export interface ImportPlan {
  /** In the file's order. */
  readonly outcomes: readonly RowOutcome[];
  /** What is wrong beyond single rows. */
  readonly problems: readonly string[];
  /** Entries for the building file's `residents`. */
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  /** The building file as it will read with them. */
  readonly expected: BuildingFile;
}

export interface ImportInto {
  readonly file: BuildingFile;
  readonly fileName: string;
  readonly lineOf: (path: FilePath) => number;
}

export interface ImportRows {
  readonly columns: Columns;
  readonly records: readonly CsvRecord[];
  readonly dates: DateOrder | undefined;
  /** Told how many rows have been read. */
  readonly onProgress?: (rows: number) => void;
}

type Added = { readonly line: number; readonly row: ResidentRow; readonly notes: readonly string[] };

export function planImport(rows: ImportRows, into: ImportInto): ImportPlan {
  const outcomes = new Map<number, RowOutcome>();
  const added: Added[] = [];
  const judge = judgeIn(into);
  for (const [i, record] of rows.records.entries()) {
    const { line } = record;
    const read = readRow(record, { ...rows, building: into.file.building });
    if (read.kind === 'resident') {
      const { resident: row, notes } = read;
      const outcome = judge(line, row);
      if (outcome === undefined) added.push({ line, row, notes });
      else outcomes.set(line, outcome);
    } else if (read.kind === 'nobody')
      outcomes.set(line, { line, kind: 'nobody', label: `suite ${read.suite}` });
    else outcomes.set(line, { line, ...read });
    rows.onProgress?.(i + 1);
  }
  const { entries, problems } = entriesFor(added, into.file);
  const enoughCodes = problems.length === 0;
  const { expected, findings } = checked(entries, added, into, enoughCodes);
  for (const [i, { line, row, notes }] of added.entries()) {
    const label = labelOf(row.displayName, row.suite);
    const wrong = findings.get(i);
    const made = enoughCodes && row.directoryCode === undefined ? ['a directory code is made'] : [];
    outcomes.set(
      line,
      wrong === undefined
        ? { line, label, kind: 'added', notes: [...noteworthy(row), ...made, ...notes] }
        : { line, label, kind: 'refused', problems: wrong },
    );
  }
  return { outcomes: [...outcomes.values()].sort((a, b) => a.line - b.line), problems, entries, expected };
}

const noteworthy = ({ showOnConsole, moveInDate, moveOutDate, phone, escalationNumbers }: ResidentRow) => [
  ...(showOnConsole === false ? ['hidden'] : []),
  ...(moveInDate === undefined ? [] : [`moves in ${moveInDate}`]),
  ...(moveOutDate === undefined ? [] : [`moves out ${moveOutDate}`]),
  ...(phone === undefined ? ['no phone number, so no calls'] : []),
  ...(escalationNumbers === undefined ? [] : [`${1 + escalationNumbers.length} phone numbers`]),
];

/** Says what is to become of a row that is not simply added; remembers every row that it was asked about. */
function judgeIn({ file, fileName, lineOf }: ImportInto) {
  const people = new Map<string, number>();
  const ids = new Map<string, number>();
  const codes = new Map<string, number>();
  for (const [i, resident] of file.residents.entries()) {
    for (const key of keysOfResident(resident)) if (!people.has(key)) people.set(key, i);
    ids.set(resident.id, i);
    codes.set(resident.directoryCode, i);
  }
  const seen = {
    people: new Map<string, Named>(),
    ids: new Map<string, Named>(),
    codes: new Map<string, Named>(),
  };
  const there = (index: number): string =>
    `${labelOf(file.residents[index]?.displayName, file.residents[index]?.suite)} (${fileName}, line ${lineOf(['residents', index])})`;

  return (line: number, row: ResidentRow): RowOutcome | undefined => {
    const label = labelOf(row.displayName, row.suite);
    // Where there is no name, an id that is given is who somebody is: two may share a telephone.
    const keys = row.displayName === undefined && row.id !== undefined ? [] : personKeys(row);
    const me: Named = { line, label };
    const [before] = keys.map((key) => firstOf(seen.people, key, me));
    const sameId = row.id === undefined ? undefined : firstOf(seen.ids, row.id, me);
    const index =
      (row.id === undefined ? undefined : ids.get(row.id)) ??
      keys.map((key) => people.get(key)).find((at) => at !== undefined);
    if (before !== undefined) {
      return refused(me, [
        `is the same person as line ${before.line} (${before.label}): remove one of the two lines`,
      ]);
    }
    if (sameId !== undefined) {
      return refused(me, [`has the id of line ${sameId.line} (${sameId.label}): give one of them another`]);
    }
    const resident = index === undefined ? undefined : file.residents[index];
    const code = row.directoryCode;
    if (index !== undefined && resident !== undefined) {
      if (row.displayName !== undefined && keys[0] !== keysOfResident(resident)[0]) {
        return refused(me, [
          `has the id of ${there(index)}: give it another id, or correct suite and name there if it is the same person`,
        ]);
      }
      if (code !== undefined) firstOf(seen.codes, code, me);
      const lineThere = lineOf(['residents', index]);
      return { ...me, kind: 'there', lineThere, differs: differences(row, resident) };
    }
    if (code === undefined) return undefined;
    const holder = codes.get(code);
    const first = firstOf(seen.codes, code, me);
    if (holder !== undefined) {
      return refused(me, [
        `has the directory code of ${there(holder)}: give one of them another, or leave it empty`,
      ]);
    }
    if (first !== undefined) {
      return refused(me, [
        `has the directory code of line ${first.line} (${first.label}): give one of them another, or leave it empty`,
      ]);
    }
    return undefined;
  };
}

const keysOfResident = ({ suite, displayName, directoryCode, phone }: BuildingFile['residents'][number]) =>
  personKeys({ suite, directoryCode, ...(displayName && { displayName }), ...(phone && { phone }) });

interface Named {
  readonly line: number;
  readonly label: string;
}

/** Whoever had this key before; who has none before is remembered. */
function firstOf(seen: Map<string, Named>, key: string, me: Named): Named | undefined {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, me);
  return first;
}

const refused = (me: Named, problems: readonly string[]): RowOutcome => ({
  ...me,
  kind: 'refused',
  problems,
});

const compared = [
  'directoryCode',
  'phone',
  'escalationNumbers',
  'language',
  'moveInDate',
  'moveOutDate',
  'overrideDisplayName',
  'showOnConsole',
] as const;

/** Fields that the row gives and that say something else in the building file. */
const differences = (row: ResidentRow, resident: BuildingFile['residents'][number]): readonly string[] =>
  compared.filter((field) => row[field] !== undefined && !isDeepStrictEqual(row[field], resident[field]));

/** The rows as entries of the building file, with codes and ids for those who have none. */
function entriesFor(
  added: readonly Added[],
  file: BuildingFile,
): { entries: ImportPlan['entries']; problems: readonly string[] } {
  const { directoryCodeLength: length, id: building } = file.building;
  const without = added.filter(({ row }) => row.directoryCode === undefined);
  const taken = new Set([
    ...file.residents.map(({ directoryCode }) => directoryCode),
    ...added.flatMap(({ row }) => row.directoryCode ?? []),
  ]);
  const seeds = without.map(({ row }) => `${building}\0${row.id ?? personKeys(row)[0]}`);
  const made = makeDirectoryCodes(seeds, taken, length);
  const problems =
    made === undefined
      ? [
          `${10 ** length} directory codes of ${length} digits are too few for ${file.residents.length + added.length} residents: raise building.directoryCodeLength and give everybody a longer code.`,
        ]
      : [];
  const codes = new Map(without.map((one, i) => [one, made?.[i] ?? '0'.repeat(length)]));
  const ids = new Set<string>([
    ...file.residents.map(({ id }) => id),
    ...added.flatMap(({ row }) => row.id ?? []),
  ]);
  const entries = added.map((one) => {
    const { id, suite, displayName, directoryCode, ...rest } = one.row;
    const own = id ?? neededId(one.row, ids);
    return {
      ...(own !== undefined && { id: own }),
      suite,
      ...(displayName !== undefined && { displayName }),
      directoryCode: directoryCode ?? codes.get(one),
      ...rest,
    };
  });
  return { entries, problems };
}

/** A hidden resident's id must not tell the name, and a name without letters a–z makes none (ids.ts). */
function neededId(
  { suite, displayName, showOnConsole }: ResidentRow,
  taken: Set<string>,
): string | undefined {
  if (showOnConsole !== false && slug(suite) !== '' && slug(displayName ?? '') !== '') return undefined;
  const stem = (slug(suite) || 'resident').slice(0, 50);
  for (let n = 1; ; n += 1) {
    const id = `${stem}-r${n}`;
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

/** The building file with the entries, and what its own checks say of them; by place in `entries`. */
function checked(
  entries: ImportPlan['entries'],
  added: readonly Added[],
  { file }: ImportInto,
  enoughCodes: boolean,
) {
  const findings = new Map<number, string[]>();
  const find = (i: number, what: string): void => {
    findings.set(i, [...(findings.get(i) ?? []), what]);
  };
  const parsed = entries.flatMap((entry, i) => {
    const result = ResidentEntry.safeParse(entry);
    if (result.success) return [{ i, entry: result.data }];
    for (const { path, message } of result.error.issues) find(i, `${path.join('.')}: ${message}`);
    return [];
  });
  const identified = withIds({
    ...file,
    residents: [...file.residents, ...parsed.map(({ entry }) => entry)],
  });
  if (identified.kind === 'idsMissing') throw new Error('a resident was left without an id');
  const expected = identified.file;
  const offset = file.residents.length;
  const placeOf = ([list, index]: FilePath): number | undefined =>
    list === 'residents' && typeof index === 'number' && index >= offset
      ? parsed[index - offset]?.i
      : undefined;
  const nameOf = (path: FilePath): string => {
    const i = placeOf(path);
    const one = i === undefined ? undefined : added[i];
    return one === undefined
      ? `${path.join(' ')} of the building file`
      : `line ${one.line} (${labelOf(one.row.displayName, one.row.suite)})`;
  };
  for (const { path, what } of [...senseless(expected), ...duplicates(expected, nameOf)]) {
    const i = placeOf(path);
    // Codes that could not be made are nobody's fault; those that were given have been compared with each other.
    const madeUp = !enoughCodes && path[2] === 'directoryCode';
    if (i !== undefined && !madeUp) find(i, [...path.slice(2), what].join(' '));
  }
  return { expected, findings };
}
