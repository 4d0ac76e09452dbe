/**
 * Every look-up of a decision: one statement each, all of them indexed (a test asks SQLite's planner). A table's name is
 * written out: were it bound, SQLite would compare it with the condition of a partial index and plan the statement anew
 * for every binding, which costs more than the look-up. A join is planned anew likewise; hence the sub-select.
 */
import type { Database, Statement } from 'better-sqlite3';
import { type TableName, tableNames } from '../core/dataset.ts';

export const lookUpSql = {
  byId: (table: TableName) =>
    `SELECT row FROM row WHERE gen = ? AND tbl = '${table}' AND id = ? AND refused_field IS NULL`,
  byLookUp: 'SELECT tbl, row FROM row WHERE gen = ? AND look_up = ?',
  groupsOf: `SELECT (SELECT row FROM row WHERE row.gen = member.gen AND tbl = 'group' AND row.id = member.grp)
    FROM member WHERE gen = ? AND holder = ?`,
  building: "SELECT row FROM row WHERE gen = ? AND tbl = 'building' AND refused_field IS NULL LIMIT 1",
  listed: `SELECT row FROM row WHERE gen = ? AND listed_suite IS NOT NULL AND (listed_suite, id) > (?, ?)
    ORDER BY listed_suite, id LIMIT ?`,
  byDirectoryCode: `SELECT row FROM row WHERE gen = ? AND tbl = 'resident' AND refused_field IS NULL
    AND json_extract(row, '$.directoryCode') = ?`,
} as const;

type Found<Bound extends readonly unknown[]> = Statement<[gen: number, ...Bound], string>;

export interface LookUps {
  readonly byId: Readonly<Record<TableName, Found<[id: string]>>>;
  readonly byLookUp: Statement<[gen: number, lookUp: number], [table: string, row: string]>;
  readonly groupsOf: Found<[holder: string]>;
  readonly building: Found<[]>;
  readonly listed: Found<[suite: string, id: string, limit: number]>;
  readonly byDirectoryCode: Found<[code: string]>;
}

export function prepareLookUps(db: Database): LookUps {
  const found = <Bound extends readonly unknown[]>(sql: string): Found<Bound> =>
    db.prepare<[number, ...Bound], string>(sql).pluck();
  const byId = tableNames.map((table) => [table, found<[string]>(lookUpSql.byId(table))]);
  return {
    byId: Object.fromEntries(byId) as LookUps['byId'],
    byLookUp: db.prepare<[number, number], [string, string]>(lookUpSql.byLookUp).raw(),
    groupsOf: found(lookUpSql.groupsOf),
    building: found(lookUpSql.building),
    listed: found(lookUpSql.listed),
    byDirectoryCode: found(lookUpSql.byDirectoryCode),
  };
}
