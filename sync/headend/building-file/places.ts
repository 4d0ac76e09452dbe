/** The building itself in a building file: rules, doors, areas, schedules, calendars, groups and grants. */
import { z } from 'zod';
import { duration } from '../../../config/units.ts';
import {
  Area,
  Building,
  Calendar,
  Door,
  Grant,
  Group,
  OtherId,
  ResidentId,
  Schedule,
  StaffId,
} from '../../../controller/core/dataset.ts';
import { Hours, validity, WeeklyHours } from './hand-fields.ts';

const lockout = Building.shape.lockout.unwrap().shape;

export const BuildingEntry = Building.omit({
  version: true,
  ringTimeoutMs: true,
  talkTimeoutMs: true,
  lockout: true,
  // The head-end counts its devices: nobody has to keep a number in step.
  consoles: true,
})
  .extend({
    ringTimeout: duration(Building.shape.ringTimeoutMs),
    talkTimeout: duration(Building.shape.talkTimeoutMs),
    lockout: z
      .strictObject({
        missesPerMinute: lockout.missesPerMinute,
        lock: duration(lockout.lockMs),
        maxLock: duration(lockout.maxLockMs),
        forgiveAfter: duration(lockout.forgiveAfterMs),
        freeMissesPerDay: lockout.freeMissesPerDay,
        thenOneTryPer: duration(lockout.thenOneTryPerMs),
      })
      .optional()
      .describe(Building.shape.lockout.description ?? ''),
  })
  .strict();

export const AreaEntry = Area.omit({ version: true })
  .extend({ name: Area.shape.name.strict().describe(Area.shape.name.description ?? '') })
  .strict();

const antipassback = Door.shape.antipassback.unwrap();

export const DoorEntry = Door.omit({
  version: true,
  accessTimeMs: true,
  extendedAccessTimeMs: true,
  openTooLongMs: true,
  preAlarmMs: true,
})
  .extend({
    name: Door.shape.name.strict().describe(Door.shape.name.description ?? ''),
    guestEntrance: Door.shape.guestEntrance.default(false),
    accessTime: duration(Door.shape.accessTimeMs),
    extendedAccessTime: duration(Door.shape.extendedAccessTimeMs),
    openTooLong: duration(Door.shape.openTooLongMs),
    preAlarm: duration(Door.shape.preAlarmMs),
    antipassback: antipassback
      .omit({ forgiveMs: true })
      .extend({ forgiveAfter: duration(antipassback.shape.forgiveMs.unwrap()).optional() })
      .strict()
      .optional()
      .describe(Door.shape.antipassback.description ?? ''),
  })
  .strict();

export const CalendarEntry = Calendar.omit({ version: true }).strict();

export const ScheduleEntry = Schedule.omit({ version: true })
  .extend({
    weekly: z.array(WeeklyHours).describe(Schedule.shape.weekly.description ?? ''),
    specialDays: z
      .array(
        z.strictObject({
          calendar: Calendar.shape.id,
          windows: z.array(Hours).describe('the hours of those dates; an empty list: closed'),
        }),
      )
      .optional()
      .describe(Schedule.shape.specialDays.description ?? ''),
  })
  .strict();

const membersOf = <Id extends z.ZodType>(id: Id) => z.union([z.literal('all'), z.array(id)]).default([]);

export const GroupEntry = z.strictObject({
  id: Group.shape.id,
  residents: membersOf(ResidentId).describe('ids of its members, or `all`'),
  staff: membersOf(StaffId).describe('ids of its members, or `all`'),
  others: membersOf(OtherId).describe('ids of its members, or `all`'),
});

/** Every subject of an entry gets every door of it: one row for each pair. */
export const GrantEntry = z.strictObject({
  id: Grant.shape.id
    .optional()
    .describe('needed only to give one subject one door twice, for example with two schedules'),
  source: Grant.shape.source,
  doors: z.array(Grant.shape.door).min(1).describe('the doors that are given'),
  groups: z.array(Group.shape.id).default([]).describe('groups that are given them'),
  residents: z.array(ResidentId).default([]).describe('residents that are given them'),
  staff: z.array(StaffId).default([]).describe('staff that are given them'),
  others: z.array(OtherId).default([]).describe('others that are given them'),
  schedule: Grant.shape.schedule,
  ...validity,
});
