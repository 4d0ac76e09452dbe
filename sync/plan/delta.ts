import type { RowOp } from '../../controller/ports/replica.ts';
import type { Place } from './place.ts';

export type DeltaVerdict =
  /** From before the cloud was restored. */
  | 'olderEpoch'
  /** The cloud was restored: ask for a snapshot. */
  | 'newerEpoch'
  | 'duplicate'
  /** Something between is missing: ask for deltas. */
  | 'gap'
  | 'next';

/** The checks of PROTOCOL "Delta", in its order. */
export function judgeDelta(
  cursor: Place,
  delta: { readonly epoch: number; readonly prev: number; readonly seq: number },
): DeltaVerdict {
  if (delta.epoch < cursor.epoch) return 'olderEpoch';
  if (delta.epoch > cursor.epoch) return 'newerEpoch';
  if (delta.seq <= cursor.seq) return 'duplicate';
  return delta.prev === cursor.seq ? 'next' : 'gap';
}

/** Whether these ops take something away from somebody: the cloud wants to hear of that at once. */
export const takesAway = (ops: readonly RowOp[]): boolean =>
  ops.some((op) => ('delete' in op ? true : isInactive(op.put.row)));

function isInactive(rowText: string): boolean {
  let row: unknown;
  try {
    row = JSON.parse(rowText);
  } catch {
    return false;
  }
  if (typeof row !== 'object' || row === null) return false;
  const inactive = 'status' in row && row.status !== 'active';
  return inactive || ('revoked' in row && row.revoked === true);
}
