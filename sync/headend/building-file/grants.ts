/** Every grant of a building file, one by one: each subject of an entry with each of its doors. */
import type { DoorId, Grant } from '../../../controller/core/dataset.ts';
import type { BuildingFile } from './file.ts';
import { fitted } from './ids.ts';

export interface DoorGrant {
  readonly id: string;
  /** The entry's place in `grants`. */
  readonly index: number;
  readonly entry: BuildingFile['grants'][number];
  readonly subject: Grant['subject'];
  readonly door: DoorId;
}

function subjectsOf(entry: BuildingFile['grants'][number]): readonly Grant['subject'][] {
  return [
    ...entry.groups.map((id) => ({ kind: 'group' as const, id })),
    ...entry.residents.map((id) => ({ kind: 'resident' as const, id })),
    ...entry.staff.map((id) => ({ kind: 'staff' as const, id })),
    ...entry.others.map((id) => ({ kind: 'other' as const, id })),
  ];
}

/** Ids are `group.residents.front`, or `night.group.residents.front` where the entry has the id `night`. */
export const grantsOf = (file: BuildingFile): readonly DoorGrant[] =>
  file.grants.flatMap((entry, index) =>
    subjectsOf(entry).flatMap((subject) =>
      entry.doors.map((door) => {
        const parts = [entry.id, subject.kind, subject.id, door].filter((part) => part !== undefined);
        return { id: fitted(parts.join('.')), index, entry, subject, door };
      }),
    ),
  );
