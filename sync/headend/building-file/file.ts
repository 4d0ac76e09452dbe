/**
 * The building file: what a small operator writes by hand and `vestibule-headend publish` reads. Its fields are
 * those of the dataset, in forms for people. It is the only place where codes, cards and tags stand in clear.
 */
import { z } from 'zod';
import type { GuestId, OtherId, ResidentId, StaffId } from '../../../controller/core/dataset.ts';
import { GuestEntry, Invites, OtherEntry, ResidentEntry, StaffEntry } from './people.ts';
import {
  AreaEntry,
  BuildingEntry,
  CalendarEntry,
  DoorEntry,
  GrantEntry,
  GroupEntry,
  ScheduleEntry,
} from './places.ts';

export const BuildingFileSchema = z.strictObject({
  building: BuildingEntry.describe('the building and its rules'),
  invites: Invites.describe('whether the whole community may have new guests'),
  areas: z.array(AreaEntry).default([]).describe('parts of the building, for lockdowns and anti-passback'),
  doors: z.array(DoorEntry).min(1).describe('every door that somebody may open'),
  calendars: z.array(CalendarEntry).default([]).describe('dates with hours of their own, such as holidays'),
  schedules: z.array(ScheduleEntry).default([]).describe('hours of the week'),
  residents: z
    .array(ResidentEntry)
    .default([])
    .describe('who lives here; a person with two suites is two entries'),
  staff: z.array(StaffEntry).default([]).describe('who works here'),
  others: z.array(OtherEntry).default([]).describe('contractors and carriers: holders who are neither'),
  groups: z.array(GroupEntry).default([]).describe('holders who are given doors together'),
  grants: z.array(GrantEntry).default([]).describe('who may open which doors, and when'),
  guests: z.array(GuestEntry).default([]).describe('guests, deliveries and services with their codes'),
});

type Written = z.infer<typeof BuildingFileSchema>;
type Lists = 'residents' | 'staff' | 'others' | 'guests';
type WithId<Entry, Id> = Omit<Entry, 'id'> & { readonly id: Id };

/** The file after reading: every person has an id, written or derived. */
export interface BuildingFile extends Omit<Written, Lists> {
  readonly residents: readonly WithId<Written['residents'][number], ResidentId>[];
  readonly staff: readonly WithId<Written['staff'][number], StaffId>[];
  readonly others: readonly WithId<Written['others'][number], OtherId>[];
  readonly guests: readonly WithId<Written['guests'][number], GuestId>[];
}

/** The file as it is written: some entries have no id yet. */
export type WrittenFile = Omit<Written, Lists> & {
  readonly [List in Lists]: readonly Written[List][number][];
};
