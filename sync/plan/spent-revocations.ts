import type { Revocation } from '../../controller/ports/journal.ts';
import { comparePlaces, type Place } from './place.ts';

/**
 * Revocations that the dataset itself now carries: the cursor has reached their place, and the row is gone or newer
 * (PROTOCOL "Denials").
 */
export const spentRevocations = (
  cursor: Place,
  revocations: readonly Revocation[],
  rowVersion: (table: string, id: string) => number | undefined,
): readonly Revocation[] =>
  revocations.filter((revocation) => {
    if (comparePlaces(cursor, revocation) < 0) return false;
    const version = rowVersion(revocation.table, revocation.id);
    return version === undefined || version > revocation.maxVersion;
  });
