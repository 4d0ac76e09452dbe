/** An import in words, a line for each row (pure). Names only: no codes, no phone numbers. */
import { plainText } from '../plain-text.ts';
import { type Columns, type Field, fieldWords, shortened } from './columns.ts';
import type { ImportPlan, RowOutcome } from './plan-import.ts';

const separators: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

export function aboutFile(
  fileName: string,
  {
    rows,
    encoding,
    delimiter,
    headerLine,
  }: { rows: number; encoding: string; delimiter: string; headerLine: number },
  { places, headers, ignored }: Columns,
): readonly string[] {
  const used = (Object.entries(places) as [Field, readonly number[]][])
    .flatMap(([field, at]) => at.map((place) => ({ place, field })))
    .sort((a, b) => a.place - b.place)
    .map(({ place, field }) => `"${headers[place] ?? ''}" is ${fieldWords[field]}`);
  return [
    `${fileName}: ${plural(rows, 'row')} below the header on line ${headerLine}; ${encoding}, separated by ${separators[delimiter] ?? 'commas'}.`,
    `Columns: ${used.join(', ')}.`,
    ...(ignored.length === 0 ? [] : [`Ignored, because they are not known: ${namesOf(ignored)}.`]),
  ];
}

const namedAtMost = 40;

function namesOf(headers: readonly string[]): string {
  const named = headers.slice(0, namedAtMost).map((name) => `"${shortened(name)}"`);
  const more = headers.length - named.length;
  return [...named, ...(more === 0 ? [] : [`and ${more} more`])].join(', ');
}

export const rowLine = (outcome: RowOutcome, buildingName: string): string =>
  plainText(`line ${outcome.line}: ${sentence(outcome, buildingName)}`);

function sentence(outcome: RowOutcome, buildingName: string): string {
  switch (outcome.kind) {
    case 'added':
      return [`+ ${outcome.label}`, ...outcome.notes].join('; ');
    case 'there': {
      const differs =
        outcome.differs.length === 0
          ? ''
          : ` (${outcome.differs.join(', ')} differ: change them there if they shall)`;
      return `= ${outcome.label} is in ${buildingName} already, line ${outcome.lineThere}, and stays as there${differs}`;
    }
    case 'nobody':
      return `  ${outcome.label} names nobody and is left out`;
    case 'refused':
      return `! ${[outcome.label, outcome.problems.join('; and ')].filter(Boolean).join(' ')}`;
    default:
      return outcome satisfies never;
  }
}

export interface ImportCounts {
  readonly added: number;
  readonly there: number;
  readonly nobody: number;
  readonly refused: number;
}

export function countsOf({ outcomes }: ImportPlan): ImportCounts {
  const counts = { added: 0, there: 0, nobody: 0, refused: 0 };
  for (const { kind } of outcomes) counts[kind] += 1;
  return counts;
}

export const countsText = ({ added, there, nobody }: ImportCounts, verb: string): string =>
  [
    `${plural(added, 'resident')} ${verb}`,
    ...(there === 0 ? [] : [`${there} there already`]),
    ...(nobody === 0 ? [] : [`${plural(nobody, 'row')} without anybody`]),
  ].join(', ');

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
