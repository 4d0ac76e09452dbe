/** Who stands in the lobby's directory, as a pure list. */
import type { ClockReading } from './access/facts.ts';
import type { Building, Resident, ResidentId } from './dataset.ts';
import { isResidentAt } from './time/residency.ts';

export interface DirectoryEntry {
  readonly id: string;
  readonly name: string;
  readonly suite: string;
}

interface ListedResident extends DirectoryEntry {
  readonly id: ResidentId;
}

/** The name a guest sees; absent for a hidden resident. */
export const consoleName = ({ displayName, overrideDisplayName }: Resident): string | undefined =>
  overrideDisplayName ?? displayName;

/**
 * Those of `residents` who live here now (from their move-in morning until the end of their move-out day). `denied` leaves
 * out residents whose revocation has come ahead of their row.
 */
export function listDirectory(
  residents: readonly Resident[],
  building: Building,
  clock: ClockReading,
  denied: (resident: Resident) => boolean,
): readonly ListedResident[] {
  return residents.flatMap((resident) => {
    const { id, suite, showOnConsole, status } = resident;
    const name = consoleName(resident);
    if (name === undefined || !showOnConsole || status !== 'active' || denied(resident)) return [];
    return isResidentAt(resident, building, clock.now) ? [{ id, name, suite }] : [];
  });
}
