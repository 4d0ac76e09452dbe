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
 * Residents who live here now (from their move-in morning until the end of their move-out day), sorted by name as
 * the building's first language sorts. `denied` leaves out residents whose revocation has come ahead of their row.
 */
export function listDirectory(
  residents: readonly Resident[],
  building: Building,
  clock: ClockReading,
  denied: (resident: Resident) => boolean,
): readonly ListedResident[] {
  const collator = new Intl.Collator(building.languages[0], { sensitivity: 'base', numeric: true });
  const entries: ListedResident[] = [];
  for (const resident of residents) {
    const name = consoleName(resident);
    if (name === undefined || !resident.showOnConsole || resident.status !== 'active' || denied(resident))
      continue;
    if (isResidentAt(resident, building, clock.now))
      entries.push({ id: resident.id, name, suite: resident.suite });
  }
  return entries.sort((a, b) => collator.compare(a.name, b.name) || collator.compare(a.suite, b.suite));
}
