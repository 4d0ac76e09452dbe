/** Two rows with one id, directory code, code, card or tag (DESIGN section 3): each names both places. */
import { codeForm } from '../../../controller/core/hash-forms.ts';
import { credentialsOf } from './credentials.ts';
import type { BuildingFile } from './file.ts';
import { grantsOf } from './grants.ts';
import type { FilePath, Finding, NameOf } from './places-in-file.ts';

interface Keyed {
  readonly key: string;
  readonly path: FilePath;
}

/** Every later entry with a key that an earlier one has. */
const repeated = (
  entries: readonly Keyed[],
  what: (first: Keyed, again: Keyed) => string,
): readonly Finding[] => {
  const seen = new Map<string, Keyed>();
  return entries.flatMap((entry) => {
    const first = seen.get(entry.key);
    if (first !== undefined) return [{ path: entry.path, what: what(first, entry) }];
    seen.set(entry.key, entry);
    return [];
  });
};

const lists = [
  'areas',
  'doors',
  'calendars',
  'schedules',
  'residents',
  'staff',
  'others',
  'groups',
  'guests',
] as const;

export function duplicates(file: BuildingFile, nameOf: NameOf): readonly Finding[] {
  const both = (a: Keyed, b: Keyed): string => `${nameOf(a.path)} and ${nameOf(b.path)}`;
  const takenId = (a: Keyed, b: Keyed): string =>
    `has an id that is taken: ${both(a, b)} share "${b.key}"; give one of them another \`id\``;
  const takenIds = lists.flatMap((list) =>
    repeated(
      file[list].map(({ id }, i) => ({ key: id, path: [list, i] })),
      takenId,
    ),
  );
  // What is derived from a taken id is taken as well: said once.
  if (takenIds.length > 0) return takenIds;
  return [
    ...repeated(
      credentialsOf(file).map(({ id, path }) => ({ key: id, path })),
      takenId,
    ),
    ...repeated(
      grantsOf(file).map(({ id, index }) => ({ key: id, path: ['grants', index] })),
      (a, b) =>
        `gives again what is given already: ${both(a, b)} both make the grant "${b.key}"; remove it from one, or give one an \`id\``,
    ),
    ...repeated(
      file.residents.map(({ directoryCode }, i) => ({
        key: directoryCode,
        path: ['residents', i, 'directoryCode'],
      })),
      (a, b) => `is taken: ${both(a, b)} share one directory code; give one of them another`,
    ),
    ...repeated(
      usable(file),
      (a, b) => `is taken: ${both(a, b)} share one ${noun(b.key)}; give one of them another`,
    ),
  ];
}

/** What may open a door, now or later: a lost or revoked one never again, so another person may have got it. */
const usable = (file: BuildingFile): readonly Keyed[] => [
  ...credentialsOf(file)
    .filter(({ bounds }) => bounds.status !== 'revoked' && bounds.status !== 'lost')
    .map(({ form, path }) => ({ key: form, path })),
  ...file.guests.flatMap(({ code, revoked }, i) =>
    revoked ? [] : [{ key: codeForm(code), path: ['guests', i, 'code'] }],
  ),
];

const noun = (form: string): string =>
  form.startsWith('code:') ? 'code' : form.startsWith('text:') ? 'car tag' : 'card';
