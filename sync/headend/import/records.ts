/** The records of a CSV text of any usual dialect, each with the line on which it starts (pure). */
import { CsvError, parse } from 'csv-parse/sync';
import { isHeader, recognised } from './columns.ts';

export interface CsvRecord {
  /** The line of the file on which it starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type CsvRead =
  | {
      readonly kind: 'records';
      readonly header: CsvRecord;
      /** Those after the header, without lines that are blank throughout. */
      readonly records: readonly CsvRecord[];
      readonly delimiter: Delimiter;
    }
  | { readonly kind: 'refused'; readonly problem: string };

/** Excel writes semicolons where the decimal sign is a comma, as it is in French. */
const delimiters = [',', ';', '\t', '|'] as const;
type Delimiter = (typeof delimiters)[number];

/** A title, a date and the like may stand above the header. */
const headerWithin = 20;

/** `text` has `\n` line ends. */
export function readCsv(text: string): CsvRead {
  // Excel's own first line, `sep=;`, tells the delimiter.
  const told = /^sep=([,;\t|])\n/.exec(text);
  const body = told === null ? text : `\n${text.slice(told[0].length)}`;
  const delimiter = delimiters.find((sign) => sign === told?.[1]) ?? likeliest(body);
  try {
    const records = split(body, delimiter).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
    const first = records.slice(0, headerWithin);
    const found = first.findIndex(({ cells }) => isHeader(cells));
    // Without a header, what is missing is said of the line that comes nearest.
    const scores = first.map(({ cells }) => recognised(cells));
    const at = found === -1 ? scores.indexOf(Math.max(...scores)) : found;
    const header = records[at];
    if (header === undefined) return { kind: 'refused', problem: 'is empty' };
    return { kind: 'records', header, records: records.slice(at + 1), delimiter };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { kind: 'refused', problem: sentenceOf(error, lineOfBroken(error, body, delimiter)) };
  }
}

function split(text: string, delimiter: Delimiter, to?: number): readonly CsvRecord[] {
  const parsed = parse(text, {
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    info: true,
    ...(to === undefined ? {} : { to }),
  }) as unknown as readonly { readonly record: string[]; readonly info: { readonly lines: number } }[];
  let line = 1;
  return parsed.map(({ record: cells }) => {
    const started = line;
    line += 1 + newLines(cells);
    return { line: started, cells };
  });
}

const newLines = (cells: readonly string[]): number =>
  cells.reduce((count, cell) => count + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

/** The one under which a record of the first few names most of what we know. */
function likeliest(text: string): Delimiter {
  const scores = delimiters.map((delimiter) => {
    try {
      const first = split(text, delimiter, headerWithin);
      return { delimiter, score: Math.max(0, ...first.map(({ cells }) => recognised(cells))) };
    } catch {
      return { delimiter, score: 0 };
    }
  });
  return scores.reduce((best, next) => (next.score > best.score ? next : best)).delimiter;
}

/** Sentences of our own: the library's messages quote what stands in the file. */
const quoteInCell = {
  what: 'has a quote in the middle of a cell',
  wayOut: 'put the whole cell in quotes, and double those inside it',
};
const sentences: Readonly<Record<string, { readonly what: string; readonly wayOut: string }>> = {
  CSV_QUOTE_NOT_CLOSED: {
    what: 'has a quote that is never closed',
    wayOut: 'close it, or double it if it belongs to the text',
  },
  INVALID_OPENING_QUOTE: quoteInCell,
  CSV_INVALID_CLOSING_QUOTE: quoteInCell,
};
const unreadable = { what: 'cannot be read as CSV', wayOut: 'export it again as "CSV UTF-8"' };

function sentenceOf({ code }: CsvError, line: number | undefined): string {
  const { what, wayOut } = sentences[code] ?? unreadable;
  return `${what}${line === undefined ? '' : `, line ${line}`}: ${wayOut}`;
}

/** Where the record begins that cannot be read: a quote that is never closed is found at the end of the file only. */
function lineOfBroken(error: CsvError, text: string, delimiter: Delimiter): number | undefined {
  const good: unknown = 'records' in error ? error['records'] : undefined;
  if (typeof good !== 'number') return undefined;
  if (good === 0) return 1;
  const last = split(text, delimiter, good).at(-1);
  return last === undefined ? undefined : last.line + 1 + newLines(last.cells);
}
