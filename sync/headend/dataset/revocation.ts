import type { RowToPublish } from './diff.ts';

/** Tables whose rows can be revoked by hand, with what a revoked row becomes (pure). */
const revoked = {
  credential: { status: 'revoked' },
  guest: { revoked: true },
  resident: { status: 'suspended' },
  staff: { status: 'suspended' },
  other: { status: 'suspended' },
  grant: 'absent',
  group: 'absent',
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>> | 'absent'>>;

export type RevocableTable = keyof typeof revoked;
export const revocableTables = Object.keys(revoked) as readonly RevocableTable[];
export const isRevocable = (table: string): table is RevocableTable => Object.hasOwn(revoked, table);

/** The row as it is published while it is revoked; undefined: it is not published at all. */
export function revokedRow(table: RevocableTable, { id, row }: RowToPublish): RowToPublish | undefined {
  const change = revoked[table];
  return change === 'absent' ? undefined : { table, id, row: { ...row, ...change } };
}
