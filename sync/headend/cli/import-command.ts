import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { addEntries } from '../building-file/edit-text.ts';
import type { DateOrder } from '../import/cells.ts';
import { type Columns, readColumns } from '../import/columns.ts';
import { decodeText } from '../import/decode.ts';
import { type ImportPlan, planImport } from '../import/plan-import.ts';
import { type CsvRecord, readCsv } from '../import/records.ts';
import { aboutFile, countsOf, countsText, plural, rowLine } from '../import/report.ts';
import type { OpenHeadEnd } from '../open-head-end.ts';
import { plainText } from '../plain-text.ts';
import type { SourceFile } from '../source-file.ts';
import {
  checkOrRefuse,
  publishRest,
  type SourceOption,
  withSource,
  writeAndPublish,
} from './change-source.ts';
import { complain, say } from './context.ts';
import { exitCodes } from './exit-codes.ts';

export interface ImportOptions extends SourceOption {
  readonly apply?: true;
  readonly dates?: DateOrder;
}

/** Far above 50,000 rows, and far below what would fill the memory. */
const largestMb = 64;
/** Work on fewer rows is over before anybody wonders. */
const longWorkRows = 5_000;
const progressEveryRows = 10_000;

/** `import residents.csv`: says row by row what would happen, and does it with `--apply`, whole or not at all. */
export const importCommand = (stateDir: string, csv: string, options: ImportOptions): Promise<void> =>
  withSource(stateDir, options, async (books, source) => {
    const table = readTable(csv);
    if (typeof table === 'string') return complain(`${table} Nothing was imported.`, exitCodes.data);
    for (const line of table.about) say(line);
    const long = table.records.length > longWorkRows;
    const progress = (what: string): void => {
      if (long) process.stderr.write(`${what}\n`);
    };
    const plan = planImport(
      {
        ...table,
        dates: options.dates,
        onProgress: (rows) => {
          if (rows % progressEveryRows === 0) progress(`Read ${rows} of ${table.records.length} rows …`);
        },
      },
      { file: source.file, fileName: source.name, lineOf: source.lineOf },
    );
    say(plan.outcomes.map((outcome) => `  ${rowLine(outcome, source.name)}`).join('\n'));
    if (saidWrong(plainText(basename(csv)), plan)) return;
    await apply(books, source, plan, { apply: options.apply === true, progress });
  });

interface Table {
  readonly about: readonly string[];
  readonly columns: Columns;
  readonly records: readonly CsvRecord[];
}

/** The file's rows, or what is wrong with it as a whole. */
function readTable(csv: string): Table | string {
  const name = plainText(basename(csv));
  let bytes: Buffer;
  try {
    if (statSync(csv).size > largestMb * 1024 * 1024) {
      return `${name} is larger than ${largestMb} MB: split it, and import the parts one after the other.`;
    }
    bytes = readFileSync(csv);
  } catch {
    return `${csv} cannot be read; check its name and that it may be read.`;
  }
  const decoded = decodeText(bytes);
  if (decoded.kind === 'notText') return `${name} ${decoded.what}.`;
  const read = readCsv(decoded.text);
  if (read.kind === 'refused') return `${name} ${read.problem}.`;
  const { header, records, delimiter } = read;
  const columns = readColumns(header.cells);
  if (columns.kind === 'refused') return [`${name}, line ${header.line}:`, ...columns.problems].join(' ');
  const { encoding } = decoded;
  const facts = { rows: records.length, encoding, delimiter, headerLine: header.line };
  return { columns: columns.columns, records, about: aboutFile(name, facts, columns.columns) };
}

/** Says what is wrong, if anything is; then nothing is imported. */
function saidWrong(csvName: string, plan: ImportPlan): boolean {
  const { refused } = countsOf(plan);
  const rows = `${plural(refused, 'row')} of ${csvName} ${refused === 1 ? 'is' : 'are'} wrong (marked ! above).`;
  const problems = [...plan.problems, ...(refused === 0 ? [] : [rows])];
  if (problems.length === 0) return false;
  complain(`${problems.join('\n')}\nNothing was imported; put that right and run it again.`, exitCodes.data);
  return true;
}

async function apply(
  books: OpenHeadEnd,
  source: SourceFile,
  plan: ImportPlan,
  { apply: forReal, progress }: { readonly apply: boolean; readonly progress: (what: string) => void },
): Promise<void> {
  const counts = countsOf(plan);
  if (plan.entries.length === 0) {
    const already = `Nothing to do: ${countsText(counts, 'to add')}.`;
    if (!forReal)
      return say(`${already} With --apply it is seen to that all of ${source.name} is published.`);
    progress(`Comparing ${source.name} with what is published …`);
    return publishRest(books, source, already);
  }
  progress(`Checking ${source.name} with the new residents …`);
  const change = checkOrRefuse(
    books,
    source,
    addEntries(source.text, 'residents', plan.entries),
    plan.expected,
  );
  if (change === undefined) return;
  for (const note of notesOn(books, source, plan)) say(note);
  if (!forReal) {
    return say(
      `Dry run, nothing was changed: ${countsText(counts, 'would be added')}. Do it with --apply; it writes ${source.path} and publishes it.`,
    );
  }
  progress(`Writing ${source.name} and publishing …`);
  await writeAndPublish(books, change);
  say(`Imported into ${source.path}: ${countsText(counts, 'added')}.`);
}

/** What the operator may not expect of the residents that come in. */
function notesOn({ store }: OpenHeadEnd, { file }: SourceFile, { expected }: ImportPlan): readonly string[] {
  const added = expected.residents.slice(file.residents.length);
  const revoked = added.filter(({ id }) => store.overlays.get('resident', id) !== undefined);
  const groups = new Set<string>(file.grants.flatMap((grant) => grant.groups));
  const everybody = file.groups.some(({ id, residents }) => residents === 'all' && groups.has(id));
  return [
    ...revoked.map(
      ({ id }) =>
        `Note: ${id} was revoked by hand and stays so until: vestibule-headend reinstate resident ${id}`,
    ),
    ...(everybody
      ? []
      : [
          'Note: no group of all residents is given a door, so add the new ones to a group or a grant of yours.',
        ]),
  ];
}
