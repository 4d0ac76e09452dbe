import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Database } from 'better-sqlite3';
import { DatabaseTooNew } from './storage-fault.ts';

/** Whose tables: the folder below `migrations/`. */
export type DatabaseKind = 'replica' | 'events';

interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** `0001-rows.sql` is version 1. */
function migrationsOf(kind: DatabaseKind): readonly Migration[] {
  const folder = new URL(`./migrations/${kind}/`, import.meta.url);
  return readdirSync(folder)
    .sort()
    .map((name) => ({
      version: Number.parseInt(name, 10),
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }));
}

/** The version of the tables that this release works with. */
export const knownVersion = (kind: DatabaseKind): number => migrationsOf(kind).at(-1)?.version ?? 0;

/**
 * Brings the tables to this release's version, each step in one transaction with its `user_version`.
 * @returns the version that was found; 0 for a new database.
 * @throws DatabaseTooNew when a newer release has been here; nothing has changed then.
 */
export function migrate(db: Database, kind: DatabaseKind): number {
  const migrations = migrationsOf(kind);
  const known = knownVersion(kind);
  const found = Number(db.pragma('user_version', { simple: true }));
  if (found > known) throw new DatabaseTooNew(basename(db.name), found, known);
  for (const { version, sql } of migrations) {
    if (version <= found) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${version}`);
    }).immediate();
  }
  return found;
}
