import type { Database } from 'better-sqlite3';
import type { RowToPublish } from '../dataset/diff.ts';

/** A row revoked here until it is reinstated; `original` is what the building file says of it, undefined: nothing. */
export interface Overlay {
  readonly table: string;
  readonly id: string;
  readonly original: RowToPublish | undefined;
}

export function overlayStore(db: Database) {
  type Row = { tab: string; id: string; original: string | null };
  const all = db.prepare<[], Row>('SELECT tab, id, original FROM overlay');
  const one = db.prepare<[string, string], Row>(
    'SELECT tab, id, original FROM overlay WHERE tab = ? AND id = ?',
  );
  const put = db.prepare(
    'INSERT INTO overlay (tab, id, original) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET original = excluded.original',
  );
  const remove = db.prepare('DELETE FROM overlay WHERE tab = ? AND id = ?');
  const read = ({ tab, id, original }: Row): Overlay => ({
    table: tab,
    id,
    original:
      original === null
        ? undefined
        : { table: tab, id, row: JSON.parse(original) as Record<string, unknown> },
  });
  return {
    all: (): readonly Overlay[] => all.all().map(read),
    get: (table: string, id: string): Overlay | undefined => {
      const row = one.get(table, id);
      return row === undefined ? undefined : read(row);
    },
    put: (table: string, id: string, original: RowToPublish | undefined): void => {
      put.run(table, id, original === undefined ? null : JSON.stringify(original.row));
    },
    remove: (table: string, id: string): void => {
      remove.run(table, id);
    },
  };
}
