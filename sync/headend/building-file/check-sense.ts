/** What each entry says by itself and against the building's rules: lengths, dates, hours, names. */
import { impossibleDoors } from './check-doors.ts';
import { undialable } from './check-numbers.ts';
import type { BuildingFile } from './file.ts';
import { slug } from './ids.ts';
import type { FilePath, Finding } from './places-in-file.ts';

export function senseless(file: BuildingFile): readonly Finding[] {
  return [
    ...codeLengths(file),
    ...dates(file),
    ...emptyHours(file),
    ...names(file),
    ...impossibleDoors(file),
    ...guests(file),
    ...undialable(file),
  ];
}

type Check = FilePath | undefined | false;
const at = (path: Check, what: string): readonly Finding[] => (path ? [{ path, what }] : []);

function codeLengths({ building, residents, staff, others, guests }: BuildingFile): readonly Finding[] {
  const { entryCodeLength, directoryCodeLength } = building;
  const wrong = (code: string, path: FilePath): readonly Finding[] => {
    if (code.length === entryCodeLength) return [];
    return code.length === directoryCodeLength
      ? at(
          path,
          `has the length of a directory code (${directoryCodeLength} digits), which calls and never opens: make it ${entryCodeLength} digits long`,
        )
      : at(
          path,
          `has ${code.length} digits where this building's codes have ${entryCodeLength} (building.entryCodeLength)`,
        );
  };
  if (entryCodeLength === directoryCodeLength)
    return [{ path: ['building', 'entryCodeLength'], what: equalLengths }];
  const held = { residents, staff, others };
  return [
    ...residents.flatMap(({ directoryCode }, i) =>
      at(
        directoryCode.length !== directoryCodeLength && ['residents', i, 'directoryCode'],
        `must have ${directoryCodeLength} digits (building.directoryCodeLength)`,
      ),
    ),
    ...(['residents', 'staff', 'others'] as const).flatMap((list) =>
      held[list].flatMap(({ codes }, i) =>
        codes.flatMap((entry, j) =>
          typeof entry === 'string'
            ? wrong(entry, [list, i, 'codes', j])
            : wrong(entry.code, [list, i, 'codes', j, 'code']),
        ),
      ),
    ),
    ...guests.flatMap(({ code }, i) => wrong(code, ['guests', i, 'code'])),
  ];
}

const equalLengths =
  'equals directoryCodeLength: one keypad serves both, so the two lengths must differ; make entry codes longer';

/** Local times and dates in their one form compare as text. */
function dates(file: BuildingFile): readonly Finding[] {
  const { residents, staff, others, grants } = file;
  const bounded = (
    entry: { validFrom?: string | undefined; validUntil?: string | undefined },
    path: FilePath,
  ) =>
    at(
      entry.validFrom !== undefined &&
        entry.validUntil !== undefined &&
        entry.validUntil <= entry.validFrom && [...path, 'validUntil'],
      'is not after validFrom: it would never be valid; correct one of the two',
    );
  const holders = { residents, staff, others };
  return [
    ...residents.flatMap(({ moveInDate, moveOutDate }, i) =>
      at(
        moveInDate !== undefined &&
          moveOutDate !== undefined &&
          moveOutDate < moveInDate && ['residents', i, 'moveOutDate'],
        'is before moveInDate: correct one of the two',
      ),
    ),
    ...[...staff.entries()].flatMap(([i, entry]) => bounded(entry, ['staff', i])),
    ...[...others.entries()].flatMap(([i, entry]) => bounded(entry, ['others', i])),
    ...[...grants.entries()].flatMap(([i, entry]) => bounded(entry, ['grants', i])),
    ...(['residents', 'staff', 'others'] as const).flatMap((list) =>
      holders[list].flatMap((holder, i) =>
        (['codes', 'cards', 'carTags'] as const).flatMap((kind) =>
          holder[kind].flatMap((entry, j) =>
            typeof entry === 'string' ? [] : bounded(entry, [list, i, kind, j]),
          ),
        ),
      ),
    ),
    ...file.guests.flatMap(({ startsAt, endsAt }, i) =>
      at(
        endsAt !== undefined && endsAt <= startsAt && ['guests', i, 'endsAt'],
        'is not after startsAt: correct one of the two',
      ),
    ),
  ];
}

/** The dataset reads equal ends as 24 hours; by hand it is more often a slip, so the file must say what it means. */
function emptyHours(file: BuildingFile): readonly Finding[] {
  const empty = (windows: readonly { from: string; to: string }[] | undefined, path: FilePath) =>
    (windows ?? []).flatMap(({ from, to }, i) =>
      at(
        from === to && [...path, i, 'to'],
        'equals from, a window of no length: for a whole day write from 00:00 to 24:00',
      ),
    );
  return [
    ...file.schedules.flatMap(({ weekly, specialDays }, i) => [
      ...empty(weekly, ['schedules', i, 'weekly']),
      ...(specialDays ?? []).flatMap(({ windows }, j) =>
        empty(windows, ['schedules', i, 'specialDays', j, 'windows']),
      ),
    ]),
    ...file.residents.flatMap(({ doNotDisturb }, i) => empty(doNotDisturb, ['residents', i, 'doNotDisturb'])),
    ...file.guests.flatMap(({ windows }, i) => empty(windows, ['guests', i, 'windows'])),
  ];
}

function names({ residents }: BuildingFile): readonly Finding[] {
  return residents.flatMap(({ id, showOnConsole, displayName, overrideDisplayName }, i) => {
    const shown = displayName ?? overrideDisplayName;
    if (showOnConsole) {
      return at(
        shown === undefined && ['residents', i],
        'is shown on the console but has no name: add displayName, or showOnConsole: false',
      );
    }
    const parts = new Set(slug(id).split('-'));
    const told = slug(`${displayName ?? ''} ${overrideDisplayName ?? ''}`)
      .split('-')
      .some((part) => part.length > 2 && parts.has(part));
    return at(
      told && ['residents', i, 'id'],
      'tells the name of a hidden resident, and ids reach every console: choose one without it',
    );
  });
}

function guests({ guests }: BuildingFile): readonly Finding[] {
  return guests.flatMap(({ host, doors }, i) =>
    at(
      host === undefined && doors.length === 0 && ['guests', i],
      'has neither a host nor doors, so it would open nothing: add `host`, or list `doors`',
    ),
  );
}
