import type { AccessFacts, BuildingRows, DoorState } from '../core/access/facts.ts';
import type { DoorId } from '../core/dataset.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

/** Puts one version of the building beside the device's own state, for the length of one decision. */
export function accessFacts(
  rows: BuildingRows,
  journal: Journal,
  clock: Clock,
  doorState: (id: DoorId) => DoorState,
  lockedOut: (accessPoint: string) => boolean,
): AccessFacts {
  const lastWelcomeAt = journal.lastWelcomeAt();
  return {
    clock: clock.reading(),
    ...(lastWelcomeAt === undefined ? {} : { lastWelcomeAt }),
    rows,
    doorState,
    lockedOut,
    denied: (row) => journal.denied(row),
    guestUses: (id) => journal.guestUses(id),
    log: journal.log,
    knownArea: (subject) => journal.knownArea(subject),
  };
}
