import type { Database } from 'better-sqlite3';
import type { WireRow } from '../core/hash-forms.ts';
import type { StoredRow } from './row-projection.ts';

type LiveRow = Pick<WireRow, 'version' | 'row'>;

/** The statements that change rows of one generation. Callers hold the transaction. */
export interface RowWriter {
  find(gen: number, table: string, id: string): LiveRow | undefined;
  /** Puts a row in the place of the one with its table and id. */
  put(gen: number, row: StoredRow): void;
  /** Adds a row; false when its table and id are there already. */
  add(gen: number, row: StoredRow): boolean;
  remove(gen: number, table: string, id: string): void;
}

const columns =
  '(gen, tbl, id, version, row, refused_field, refused_problem, look_up, listed_suite, code_until)';
const insert = `INSERT INTO row ${columns} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function prepareRowWriter(db: Database): RowWriter {
  const find = db.prepare<[number, string, string], LiveRow>(
    'SELECT version, row FROM row WHERE gen = ? AND tbl = ? AND id = ?',
  );
  const put = db.prepare(
    `${insert} ON CONFLICT (gen, tbl, id) DO UPDATE SET version = excluded.version, row = excluded.row,
       refused_field = excluded.refused_field, refused_problem = excluded.refused_problem, look_up = excluded.look_up,
       listed_suite = excluded.listed_suite, code_until = excluded.code_until`,
  );
  const add = db.prepare(`${insert} ON CONFLICT (gen, tbl, id) DO NOTHING`);
  const remove = db.prepare('DELETE FROM row WHERE gen = ? AND tbl = ? AND id = ?');
  const addMember = db.prepare('INSERT OR IGNORE INTO member (gen, holder, grp) VALUES (?, ?, ?)');
  const removeMembers = db.prepare('DELETE FROM member WHERE gen = ? AND grp = ?');

  const values = (gen: number, { wire, lookUp, listedSuite, codeUntil, refused }: StoredRow) => [
    gen,
    wire.table,
    wire.id,
    wire.version,
    wire.row,
    refused?.field ?? null,
    refused?.problem ?? null,
    lookUp ?? null,
    listedSuite ?? null,
    codeUntil ?? null,
  ];
  const addMembers = (gen: number, { wire, members }: StoredRow) => {
    for (const holder of members) addMember.run(gen, holder, wire.id);
  };

  return {
    find: (gen, table, id) => find.get(gen, table, id),
    put(gen, row) {
      if (row.wire.table === 'group') removeMembers.run(gen, row.wire.id);
      put.run(values(gen, row));
      addMembers(gen, row);
    },
    add(gen, row) {
      if (add.run(values(gen, row)).changes === 0) return false;
      addMembers(gen, row);
      return true;
    },
    remove(gen, table, id) {
      if (table === 'group') removeMembers.run(gen, id);
      remove.run(gen, table, id);
    },
  };
}
