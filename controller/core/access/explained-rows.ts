/** How many rows of a decision its event names. */
import type { Trail } from './context.ts';
import type { Explanation } from './decision.ts';
import type { RowVersion } from './facts.ts';

/** Of the first and of the last ones: a building may have thousands of closed grants, and an event must fit a message. */
const mostAtEachEnd = 25;

/** Nearly every decision: looking through so few costs less than a map of them. */
const handful = 16;

/** Each row once. What is left out is the middle: who asked stands first, and what decided last. */
export function explainedRows(trail: Trail): Pick<Explanation, 'rows' | 'rowsLeftOut'> {
  const rows = distinct(trail);
  const rowsLeftOut = rows.length - 2 * mostAtEachEnd;
  if (rowsLeftOut <= 0) return { rows };
  return { rows: [...rows.slice(0, mostAtEachEnd), ...rows.slice(-mostAtEachEnd)], rowsLeftOut };
}

function distinct(trail: Trail): readonly RowVersion[] {
  if (trail.length > handful)
    return [...new Map(trail.map((row) => [`${row.table} ${row.id}`, row])).values()];
  return trail.filter(
    ({ table, id }, at) => trail.findIndex((row) => row.id === id && row.table === table) === at,
  );
}
