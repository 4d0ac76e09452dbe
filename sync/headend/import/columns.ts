/** Which column of a file holds what, by the header names that property systems use in English and French (pure). */
import { slug } from '../building-file/ids.ts';
import { plainText } from '../plain-text.ts';

/** Case, accents, spaces and signs do not count: `N° d'appartement` is `no d appartement`. */
const names = {
  id: [
    'Resident ID',
    'Tenant ID',
    'Tenant code',
    'Resident code',
    'Code locataire',
    'ID résident',
    'ID locataire',
  ],
  suite: [
    ...['Unit', 'Suite', 'Apt', 'Apartment', 'Appartement', 'Unité', 'Logement', 'App', 'Local'],
    ...['Unit number', 'Unit no', 'Unit name', 'Unit ID', 'Suite number', 'Suite no', 'Apt number', 'Apt no'],
    ...['Apartment number', 'Apartment no', "No d'appartement", "N° d'appartement", "Numéro d'appartement"],
    ...["No d'unité", "N° d'unité", "Numéro d'unité", 'No app', 'No de logement', 'Numéro de logement'],
  ],
  firstName: ['First name', 'Prénom', 'Given name', 'First', 'Forename', 'Prénoms'],
  lastName: ['Last name', 'Nom', 'Surname', 'Family name', 'Last', 'Nom de famille'],
  displayName: [
    ...['Display name', 'Name', 'Full name', 'Resident', 'Tenant', 'Occupant', 'Nom complet', 'Nom affiché'],
    ...['Resident name', 'Tenant name', 'Occupant name', 'Locataire', 'Résident', 'Nom du locataire'],
    ...['Nom du résident', "Nom d'affichage"],
  ],
  phone: [
    ...['Phone', 'Mobile', 'Téléphone', 'Cell', 'Cell phone', 'Mobile phone', 'Phone number', 'Cellulaire'],
    ...['Mobile number', 'Telephone', 'Tel', 'Tél', 'Home phone', 'Phone 1', 'Phone 2', 'Téléphone mobile'],
    ...['Numéro de téléphone', 'No de téléphone', 'N° de téléphone', 'Portable', 'Téléphone cellulaire'],
  ],
  moveInDate: [
    ...['Move-in', 'Move-in date', 'Moved in', 'Emménagement', "Date d'emménagement"],
    ...['Movein', 'Arrivée', "Date d'arrivée"],
  ],
  moveOutDate: [
    ...[
      'Move-out',
      'Move-out date',
      'Moved out',
      'Déménagement',
      'Date de déménagement',
      'Moveout',
      'Départ',
    ],
    ...['Date de départ'],
  ],
  directoryCode: [
    ...['Buzzer code', 'Buzzer', 'Code', 'Directory code', 'Dial code', 'Intercom code'],
    ...["Code d'interphone", 'Code interphone', 'Code de sonnette', 'Buzz code', "Code de l'interphone"],
  ],
  hidden: [
    ...['Hidden', 'Masqué', 'Unlisted', 'Private', 'Confidentiel', 'Caché', 'Hide', 'Hidden from directory'],
    ...['Do not list', 'Masquer', 'Confidential'],
  ],
  language: [
    'Language',
    'Langue',
    'Lang',
    'Preferred language',
    'Langue préférée',
    'Langue de correspondance',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Field = keyof typeof names;

const fieldByName = new Map<string, Field>(
  Object.entries(names).flatMap(([field, list]) => list.map((name) => [slug(name), field as Field])),
);

const fieldOf = (header: string): Field | undefined => fieldByName.get(slug(header));

export interface Columns {
  /** Places in a record, leftmost first; several only for `phone`. */
  readonly places: Readonly<Partial<Record<Field, readonly number[]>>>;
  readonly headers: readonly string[];
  readonly ignored: readonly string[];
}

export type ColumnsRead =
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

export const recognised = (record: readonly string[]): number =>
  new Set(record.flatMap((cell) => fieldOf(cell) ?? [])).size;

/** A file's first lines may be a title: the header is the first record that names a suite and one thing more. */
export const isHeader = (record: readonly string[]): boolean =>
  record.some((cell) => fieldOf(cell) === 'suite') && recognised(record) > 1;

export function readColumns(record: readonly string[]): ColumnsRead {
  const headers = record.map((header) => plainText(header.replaceAll(/\s+/g, ' ')).trim());
  const places: Partial<Record<Field, number[]>> = {};
  for (const [i, header] of headers.entries()) {
    const field = fieldOf(header);
    if (field !== undefined) places[field] = [...(places[field] ?? []), i];
  }
  const twice = (Object.keys(places) as Field[]).flatMap((field) => {
    const [first, again] = places[field] ?? [];
    if (field === 'phone' || first === undefined || again === undefined) return [];
    return `The columns "${headers[first]}" and "${headers[again]}" both mean ${fieldWords[field]}: keep one, or rename the other.`;
  });
  const problems = [...twice, ...missing(places, headers)];
  if (problems.length > 0) return { kind: 'refused', problems };
  const ignored = headers.filter((header) => header !== '' && fieldOf(header) === undefined);
  return { kind: 'columns', columns: { places, headers, ignored } };
}

function missing(places: Columns['places'], headers: readonly string[]): readonly string[] {
  const lacks: string[] = [];
  if (places.suite === undefined) lacks.push(`for the suite (accepted: ${some('suite')})`);
  if (!(places.displayName ?? places.firstName ?? places.lastName)) {
    lacks.push(
      `for the name (accepted: ${some('displayName')}, or ${names.firstName[0]} with ${names.lastName[0]}, Prénom with Nom)`,
    );
  }
  if (lacks.length === 0) return [];
  if (looksLikeData(headers)) {
    return [
      'The first line looks like a row of data, not a header: put a line above it that names the columns, for example Unit, First name, Last name, Phone.',
    ];
  }
  const read = headers.filter((header) => header !== '' && !/\d/.test(header)).slice(0, quotedAtMost);
  const quoted = read.length === 0 ? '' : ` (${read.map((header) => `"${shortened(header)}"`).join(', ')})`;
  return [
    `The header row${quoted} has no column ${lacks.join(', and none ')}; rename the column that holds it.`,
  ];
}

/** What is taken for a header may be anything: of that, no number and not much else is said. */
const quotedAtMost = 8;
const quotedLength = 40;

export const shortened = (header: string): string =>
  header.length <= quotedLength ? header : `${header.slice(0, quotedLength)}…`;

/** None of its cells is a header, and one is a suite, a code, a phone number or a date. */
const looksLikeData = (record: readonly string[]): boolean =>
  recognised(record) === 0 && record.some((cell) => /\d{3}/.test(cell));

const some = (field: Field): string => names[field].slice(0, 7).join(', ');

export const fieldWords: Readonly<Record<Field, string>> = {
  id: 'the id',
  suite: 'the suite',
  firstName: 'the first name',
  lastName: 'the last name',
  displayName: 'the display name',
  phone: 'the phone number',
  moveInDate: 'the move-in date',
  moveOutDate: 'the move-out date',
  directoryCode: 'the directory code',
  hidden: 'whether the resident is hidden',
  language: 'the language',
};
