/** The head-end's part of the guess budget (DESIGN section 6): its share for each console, and codes that are long enough. */
import { codeLengthFor, liveCodeUntil } from '../../../controller/core/code-length.ts';
import { readRow } from '../../../controller/core/dataset.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { diffRows, type RowToPublish, rowText } from './diff.ts';

/** The building's row says how many consoles share its budget; of one console it says nothing. */
export const withConsoles = (rows: readonly RowToPublish[], consoles: number): readonly RowToPublish[] =>
  rows.map((row) => (row.table === 'building' ? { ...row, row: shared(row.row, consoles) } : row));

function shared(row: RowToPublish['row'], consoles: number): RowToPublish['row'] {
  const { consoles: _before, ...alone } = row;
  return consoles > 1 ? { ...alone, consoles } : alone;
}

/** What changes of the published building now that there are so many devices; inside the caller's transaction. */
export function consoleChanges({ dataset, devices }: HeadEndStore): ReturnType<typeof diffRows> {
  const id = dataset.building();
  const stored = id === undefined ? undefined : dataset.row('building', id);
  if (stored === undefined || stored.row === null) return [];
  const { version: _, ...row } = JSON.parse(stored.row) as Record<string, unknown>;
  const wanted = withConsoles([{ table: 'building', id: stored.id, row }], devices.all().length);
  return diffRows([stored], wanted);
}

/** A sentence for the operator when entry codes are too short for the number of live ones at `now`, in epoch ms. */
export function codeAdvice(rows: readonly RowToPublish[], now: number): string | undefined {
  let liveCodes = 0;
  let entryCodeLength = Number.POSITIVE_INFINITY;
  for (const published of rows) {
    const check = readRow(published.table, rowText(published, 1));
    if (check.kind !== 'row') continue;
    if ('entryCodeLength' in check.row) entryCodeLength = check.row.entryCodeLength;
    if ('hash' in check.row && (liveCodeUntil(check.row) ?? 0) > now) liveCodes += 1;
  }
  const needed = codeLengthFor(liveCodes);
  if (liveCodes === 0 || entryCodeLength >= needed) return undefined;
  const many = liveCodes === 1 ? 'one live code' : `${liveCodes} live codes`;
  return `Warning: entry codes of ${entryCodeLength} digits are too short for ${many}; set building.entryCodeLength to ${needed} and give out new codes.`;
}
