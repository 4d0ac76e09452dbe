/** Ids that the file names and that are not there. */
import { didYouMean } from '../../../config/did-you-mean.ts';
import { credentialsOf } from './credentials.ts';
import type { BuildingFile } from './file.ts';
import type { FilePath, Finding } from './places-in-file.ts';

export function missingReferences(file: BuildingFile): readonly Finding[] {
  const findings: Finding[] = [];
  const ids = {
    area: file.areas.map(({ id }) => id as string),
    door: file.doors.map(({ id }) => id as string),
    calendar: file.calendars.map(({ id }) => id as string),
    schedule: file.schedules.map(({ id }) => id as string),
    group: file.groups.map(({ id }) => id as string),
    resident: file.residents.map(({ id }) => id as string),
    staff: file.staff.map(({ id }) => id as string),
    other: file.others.map(({ id }) => id as string),
  };
  const sets = Object.fromEntries(Object.entries(ids).map(([kind, list]) => [kind, new Set(list)]));
  const refer = (kind: keyof typeof ids, id: string | undefined, path: FilePath): void => {
    if (id === undefined || sets[kind]?.has(id)) return;
    const hint = didYouMean(id, ids[kind]) || 'add it, or name one that is there';
    // Digits alone may be a code in the wrong place: they are not repeated.
    const named = /^\d+$/.test(id) ? `a ${kind} that` : `the ${kind} "${id}", which`;
    findings.push({ path, what: `names ${named} is not in this file: ${hint}` });
  };
  const referEach = (kind: keyof typeof ids, list: readonly string[] | 'all', path: FilePath): void => {
    if (list !== 'all') for (const [i, id] of list.entries()) refer(kind, id, [...path, i]);
  };

  file.doors.forEach((door, i) => {
    refer('area', door.area, ['doors', i, 'area']);
    refer('schedule', door.lockedOpenSchedule, ['doors', i, 'lockedOpenSchedule']);
    refer('area', door.antipassback?.from, ['doors', i, 'antipassback', 'from']);
    refer('area', door.antipassback?.to, ['doors', i, 'antipassback', 'to']);
  });
  file.schedules.forEach((schedule, i) => {
    schedule.specialDays?.forEach(({ calendar }, j) => {
      refer('calendar', calendar, ['schedules', i, 'specialDays', j, 'calendar']);
    });
  });
  file.groups.forEach((group, i) => {
    referEach('resident', group.residents, ['groups', i, 'residents']);
    referEach('staff', group.staff, ['groups', i, 'staff']);
    referEach('other', group.others, ['groups', i, 'others']);
  });
  file.grants.forEach((grant, i) => {
    referEach('door', grant.doors, ['grants', i, 'doors']);
    referEach('group', grant.groups, ['grants', i, 'groups']);
    referEach('resident', grant.residents, ['grants', i, 'residents']);
    referEach('staff', grant.staff, ['grants', i, 'staff']);
    referEach('other', grant.others, ['grants', i, 'others']);
    refer('schedule', grant.schedule, ['grants', i, 'schedule']);
  });
  file.guests.forEach((guest, i) => {
    refer('resident', guest.host, ['guests', i, 'host']);
    referEach('door', guest.doors, ['guests', i, 'doors']);
  });
  for (const { bounds, path } of credentialsOf(file))
    refer('schedule', bounds.schedule, [...path, 'schedule']);
  return findings;
}
