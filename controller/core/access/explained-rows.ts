/** How many rows of a decision its event names. */
import { handful, type Trail } from './context.ts';
import type { Explanation } from './decision.ts';

/** Of the first and of the last ones: a building may have thousands of closed grants, and an event must fit a message. */
const mostAtEachEnd = 25;

/** Each row once. What is left out is the middle: who asked stands first, and what decided last. */
export function explainedRows(trail: Trail): Pick<Explanation, 'rows' | 'rowsLeftOut'> {
  if (trail.length <= handful) return { rows: trail };
  const rows = [...new Map(trail.map((row) => [`${row.table} ${row.id}`, row])).values()];
  const rowsLeftOut = rows.length - 2 * mostAtEachEnd;
  if (rowsLeftOut <= 0) return { rows };
  return { rows: [...rows.slice(0, mostAtEachEnd), ...rows.slice(-mostAtEachEnd)], rowsLeftOut };
}
