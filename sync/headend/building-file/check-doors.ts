/** What a door asks for that cannot be: kinds, times, hours, interlocks. The device would report it; a file is better corrected. */
import type { BuildingFile } from './file.ts';
import type { FilePath, Finding } from './places-in-file.ts';

type Check = FilePath | undefined | false;
const at = (path: Check, what: string): readonly Finding[] => (path ? [{ path, what }] : []);

export const impossibleDoors = (file: BuildingFile): readonly Finding[] => [
  ...kinds(file),
  ...times(file),
  ...rules(file),
];

function kinds({ doors }: BuildingFile): readonly Finding[] {
  const firstOf = (lock: string | undefined): string | undefined =>
    doors.find(({ saltoDoorId }) => saltoDoorId === lock)?.id;
  return doors.flatMap((door, i) => [
    ...at(
      door.saltoDoorId !== undefined && firstOf(door.saltoDoorId) !== door.id && ['doors', i, 'saltoDoorId'],
      `is the same as that of the door "${firstOf(door.saltoDoorId)}": one lock is one door; correct one of them`,
    ),
    ...at(
      door.kind === 'salto' && door.saltoDoorId === undefined && ['doors', i],
      'is a SALTO door without saltoDoorId: add the id that SALTO has for it',
    ),
    ...at(
      door.kind === 'wired' && door.saltoDoorId !== undefined && ['doors', i, 'saltoDoorId'],
      'is given for a wired door: remove it, or write kind: salto',
    ),
  ]);
}

function times({ doors }: BuildingFile): readonly Finding[] {
  return doors.flatMap((door, i) => [
    ...at(
      door.extendedAccessTime < door.accessTime && ['doors', i, 'extendedAccessTime'],
      'is shorter than accessTime: accessible timing must not be shorter',
    ),
    ...at(
      door.openTooLong < door.accessTime && ['doors', i, 'openTooLong'],
      'is shorter than accessTime: the door would be open too long while it is still released',
    ),
    ...at(
      door.preAlarm > 0 && door.preAlarm >= door.openTooLong && ['doors', i, 'preAlarm'],
      'is not shorter than openTooLong: it warns so long before that alarm',
    ),
  ]);
}

function rules({ doors }: BuildingFile): readonly Finding[] {
  const membersOf = (group: string): number =>
    doors.filter(({ interlockGroup }) => interlockGroup === group).length;
  return doors.flatMap((door, i) => [
    ...at(
      door.interlockGroup !== undefined &&
        membersOf(door.interlockGroup) === 1 && ['doors', i, 'interlockGroup'],
      'has no other door: nothing interlocks with itself; name the group at a second door, or remove it',
    ),
    ...at(
      door.firstIn === true && door.lockedOpenSchedule === undefined && ['doors', i, 'firstIn'],
      'has no hours to begin: add lockedOpenSchedule, or remove it',
    ),
    ...at(
      door.antipassback !== undefined &&
        door.antipassback.from === door.antipassback.to && ['doors', i, 'antipassback', 'to'],
      'equals from: nobody could pass twice; name the area behind the door',
    ),
  ]);
}
