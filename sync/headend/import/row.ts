/** One record of a file as an entry of the building file (pure). */
import type { BuildingFile } from '../building-file/file.ts';
import { slug } from '../building-file/ids.ts';
import {
  type Cell,
  type DateOrder,
  readDate,
  readDirectoryCode,
  readLanguage,
  readPhone,
  readYesNo,
} from './cells.ts';
import type { Columns, Field } from './columns.ts';
import type { CsvRecord } from './records.ts';

/** What a row gives of a resident, in the building file's fields and order. */
export interface ResidentRow {
  readonly id?: string;
  readonly suite: string;
  readonly displayName?: string;
  readonly overrideDisplayName?: string;
  readonly showOnConsole?: boolean;
  readonly directoryCode?: string;
  readonly phone?: string;
  readonly escalationNumbers?: readonly string[];
  readonly language?: 'en' | 'fr';
  readonly moveInDate?: string;
  readonly moveOutDate?: string;
}

export type RowRead =
  | { readonly kind: 'resident'; readonly resident: ResidentRow; readonly notes: readonly string[] }
  /** A suite in which nobody lives, or a line between the suites. */
  | { readonly kind: 'nobody'; readonly suite: string }
  | { readonly kind: 'refused'; readonly label: string; readonly problems: readonly string[] };

export interface RowRules {
  readonly columns: Columns;
  readonly building: BuildingFile['building'];
  readonly dates: DateOrder | undefined;
}

const longestText = 200;
const mostNumbers = 9;

export function readRow({ cells }: CsvRecord, { columns, building, dates }: RowRules): RowRead {
  const problems: string[] = [];
  const notes: string[] = [];
  const cellsOf = (field: Field): readonly { readonly header: string; readonly text: string }[] =>
    (columns.places[field] ?? []).flatMap((place) => {
      // A value of several lines, an address say, becomes one line.
      const text = (cells[place] ?? '').replaceAll(/[\s\p{C}]+/gu, ' ').trim();
      return text === '' ? [] : [{ header: columns.headers[place] ?? '', text }];
    });
  const all = <T>(field: Field, read: (text: string) => Cell<T>): readonly T[] =>
    cellsOf(field).flatMap(({ header, text }) => {
      const cell = text.length > longestText ? tooLong : read(text);
      if (cell.kind === 'problem') {
        problems.push(`"${header}" ${cell.what}`);
        return [];
      }
      if (cell.note !== undefined) notes.push(cell.note);
      return [cell.value];
    });
  const one = <T>(field: Field, read: (text: string) => Cell<T>): T | undefined => all(field, read)[0];

  const suite = one('suite', asText);
  const fullName = [one('firstName', asText), one('lastName', asText)]
    .flatMap((part) => part ?? [])
    .join(' ');
  const display = one('displayName', asText);
  const name = fullName === '' ? display : fullName;
  const id = one('id', readId);
  const hidden = one('hidden', readYesNo);
  const directoryCode = one('directoryCode', (text) => readDirectoryCode(text, building.directoryCodeLength));
  const [phone, ...further] = new Set(all('phone', readPhone));
  const language = one('language', readLanguage);
  const moveInDate = one('moveInDate', (text) => readDate(text, dates));
  const moveOutDate = one('moveOutDate', (text) => readDate(text, dates));

  const label = labelOf(name, suite);
  if (cells.slice(columns.headers.length).some((cell) => cell.trim() !== '')) {
    problems.push('has more cells than the header row: put a cell that holds the separator in quotes');
  }
  const told = [name, id, directoryCode, phone, moveInDate, moveOutDate, hidden ? 'hidden' : undefined];
  if (problems.length === 0 && suite !== undefined && told.every((it) => it === undefined)) {
    return { kind: 'nobody', suite };
  }
  if (suite === undefined) problems.push('has no suite');
  if (name === undefined && hidden !== true && problems.length === 0) {
    problems.push('has no name: add it, or mark the resident as hidden');
  }
  if (name === undefined && hidden === true && (id ?? directoryCode ?? phone) === undefined) {
    problems.push('has neither name nor phone number: give it an id or a directory code to be known by');
  }
  if (1 + further.length > mostNumbers) problems.push(`has more than ${mostNumbers} phone numbers`);
  if (problems.length > 0 || suite === undefined) return { kind: 'refused', label, problems };
  const override = display !== undefined && fullName !== '' && display !== fullName ? display : undefined;
  const resident: ResidentRow = {
    ...(id !== undefined && { id }),
    suite,
    ...(name !== undefined && { displayName: name }),
    ...(override !== undefined && { overrideDisplayName: override }),
    ...(hidden === true && { showOnConsole: false }),
    ...(directoryCode !== undefined && { directoryCode }),
    ...(phone !== undefined && { phone }),
    ...(further.length > 0 && { escalationNumbers: further }),
    ...(language !== undefined && language !== building.languages[0] && { language }),
    ...(moveInDate !== undefined && { moveInDate }),
    ...(moveOutDate !== undefined && { moveOutDate }),
  };
  return { kind: 'resident', resident, notes };
}

const asText = (value: string): Cell<string> => ({ kind: 'value', value });
const tooLong: Cell<never> = {
  kind: 'problem',
  what: `is longer than ${longestText} characters: shorten it`,
};

const readId = (value: string): Cell<string> =>
  /^[A-Za-z0-9._-]{1,64}$/.test(value)
    ? { kind: 'value', value }
    : { kind: 'problem', what: 'must be 1–64 letters, digits, dots, dashes or underscores: correct it' };

export const labelOf = (name: string | undefined, suite: string | undefined): string =>
  [name, suite === undefined ? undefined : `suite ${suite}`].filter((part) => part !== undefined).join(', ');

/**
 * Who somebody is, most telling first: suite and name, however they are spelled. Hidden residents may have no name:
 * they are known by suite and directory code, or suite and phone number. Empty where nothing of this is known.
 */
export function personKeys({
  suite,
  displayName: name,
  directoryCode,
  phone,
}: Pick<ResidentRow, 'suite' | 'displayName' | 'directoryCode' | 'phone'>): readonly string[] {
  const place = slug(suite) || suite.toLowerCase();
  if (name !== undefined) return [`${place}\0${slug(name) || name.toLowerCase()}`];
  return [
    ...(directoryCode === undefined ? [] : [`${place}\0\0code ${directoryCode}`]),
    ...(phone === undefined ? [] : [`${place}\0\0phone ${phone}`]),
  ];
}
