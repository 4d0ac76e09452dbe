import type { RowToPublish } from '../../sync/headend/dataset/diff.ts';
import { aBuilding, aCredential, aDoor, aGrant, aGuest, aResident, aStaff } from './rows.ts';

/** A row as the head-end publishes it: without its version. */
const toPublish = (table: string, row: { readonly id: string }): RowToPublish => ({
  table,
  id: row.id,
  row: Object.fromEntries(Object.entries(row).filter(([field]) => field !== 'version')),
});

type Fields = Readonly<Record<string, unknown>>;

/** Rows of the building "maple-court" to publish; say only what a test is about. */
export const publishable = {
  building: (fields: Fields = {}): RowToPublish => toPublish('building', aBuilding(fields)),
  resident: (id: string, fields: Fields = {}): RowToPublish => toPublish('resident', aResident(id, fields)),
  staff: (id: string, fields: Fields = {}): RowToPublish => toPublish('staff', aStaff(id, fields)),
  guest: (id: string, fields: Fields = {}): RowToPublish => toPublish('guest', aGuest(id, fields)),
  door: (id: string, fields: Fields = {}): RowToPublish => toPublish('door', aDoor(id, fields)),
  grant: (id: string, resident: string): RowToPublish =>
    toPublish('grant', aGrant(id, { kind: 'resident', id: resident })),
  credential: (id: string, resident: string, code: string): RowToPublish =>
    toPublish('credential', aCredential(id, { kind: 'resident', id: resident }, { code })),
} as const;

/** The building, a door, a resident with a credential and a grant, a guest and a member of staff. */
export const smallBuilding = (): readonly RowToPublish[] => [
  publishable.building(),
  publishable.door('lobby'),
  publishable.resident('r-1'),
  publishable.credential('c-1', 'r-1', '11112222'),
  publishable.grant('g-1', 'r-1'),
  publishable.guest('v-1'),
  publishable.staff('s-1'),
];

/** `rows` with some fields of one of them changed. */
export const withChange = (
  rows: readonly RowToPublish[],
  id: string,
  fields: Fields,
): readonly RowToPublish[] =>
  rows.map((row) => (row.id === id ? { ...row, row: { ...row.row, ...fields } } : row));

export const without = (rows: readonly RowToPublish[], id: string): readonly RowToPublish[] =>
  rows.filter((row) => row.id !== id);
