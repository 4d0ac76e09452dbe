/**
 * The difference between what was last published and what shall be (pure). Only rows that say something else get a
 * new version; a version is always above every earlier one of that (table, id), deleted ones included.
 */
import type { RowOp } from '../../protocol/messages.ts';
import { canonical } from './canonical.ts';

/** A row to publish: `row` has its `id` and no version. */
export interface RowToPublish {
  readonly table: string;
  readonly id: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** A row as it rests; `row` null: deleted. */
export interface StoredRow {
  readonly table: string;
  readonly id: string;
  readonly version: number;
  readonly row: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

export type RowChange = { readonly table: string; readonly id: string; readonly op: RowOp } & (
  | { readonly kind: 'added'; readonly after: Fields }
  | {
      readonly kind: 'changed';
      readonly before: Fields;
      readonly after: Fields;
      readonly fields: readonly string[];
    }
  | { readonly kind: 'deleted'; readonly before: Fields }
);

/** Changes that turn `stored` into `wanted`, in the order of `wanted`, deletions last. */
export function diffRows(stored: Iterable<StoredRow>, wanted: Iterable<RowToPublish>): readonly RowChange[] {
  const known = new Map<string, StoredRow>();
  for (const row of stored) known.set(keyOf(row), row);
  const changes: RowChange[] = [];
  for (const row of wanted) {
    const before = known.get(keyOf(row));
    known.delete(keyOf(row));
    const change = before === undefined ? put(row, 1) : compare(before, row);
    if (change !== undefined) changes.push(change);
  }
  for (const row of known.values()) {
    if (row.row !== null) changes.push(deletion(row, row.row));
  }
  return changes;
}

/** Absent and null are not the same. */
const said = (value: unknown): string => (value === undefined ? '' : canonical(value));

const keyOf = ({ table, id }: { table: string; id: string }): string => `${table}\0${id}`;

/** The JSON text that devices keep; absent fields are left out. */
export const rowText = ({ id, row }: RowToPublish, version: number): string =>
  JSON.stringify({ ...row, id, version });

function compare(before: StoredRow, wanted: RowToPublish): RowChange | undefined {
  if (before.row === null) return put(wanted, before.version + 1);
  const { version: _, ...old } = JSON.parse(before.row) as Fields;
  const { id } = wanted;
  const now: Fields = { ...wanted.row, id };
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => said(old[name]) !== said(now[name]),
  );
  if (fields.length === 0) return undefined;
  const { op } = put(wanted, before.version + 1);
  return { kind: 'changed', table: wanted.table, id, op, before: old, after: now, fields };
}

function put(wanted: RowToPublish, version: number): RowChange & { kind: 'added' } {
  const { table, id, row } = wanted;
  return {
    kind: 'added',
    table,
    id,
    after: row,
    op: { put: { table, id, version, row: rowText(wanted, version) } },
  };
}

const deletion = ({ table, id, version }: StoredRow, text: string): RowChange => ({
  kind: 'deleted',
  table,
  id,
  before: JSON.parse(text) as Fields,
  op: { delete: { table, id, version: version + 1 } },
});

/** Fields whose change can take access away from somebody. */
const restricting = new Set([
  'status',
  'revoked',
  'validFrom',
  'validUntil',
  'startsAt',
  'endsAt',
  'moveInDate',
  'moveOutDate',
  'hash',
  'holder',
  'host',
  'doors',
  'windows',
  'maxUses',
  'validForMs',
  'usedElsewhere',
  'firstUsedAt',
  'members',
  'subject',
  'door',
  'schedule',
  'weekly',
  'specialDays',
  'dates',
  'guestEntrance',
  'authentication',
]);

/** Whether a change may revoke or end something: its delta is resent after 1 s instead of 5 (PROTOCOL "Conversation" 5). */
export const isUrgent = (change: RowChange): boolean =>
  change.kind === 'deleted' ||
  (change.kind === 'changed' && change.fields.some((name) => restricting.has(name)));
