import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';

export interface KeptFile {
  /** Relative to the folder. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every file in a folder and below, as it is on the disk at this moment; those that a program takes away meanwhile are not. */
export async function filesIn(folder: string): Promise<readonly KeptFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const kept = files.map(async (file) => {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    return bytes === undefined ? [] : [{ name: relative(folder, file), bytes }];
  });
  return (await Promise.all(kept)).flat();
}

/**
 * What SQLite makes of a database file and its -wal: the file after a checkpoint, and every value of every table, one
 * a line, blobs as hex. `change` may alter it first.
 */
export async function throughSqlite(
  database: KeptFile,
  wal: KeptFile | undefined,
  change: (db: Database.Database) => void = () => {},
): Promise<{ readonly checkpointed: Buffer; readonly values: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-copy-'));
  try {
    const file = join(folder, 'copy.db');
    await writeFile(file, database.bytes);
    if (wal !== undefined) await writeFile(`${file}-wal`, wal.bytes);
    const db = new Database(file);
    change(db);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const values = valuesIn(db);
    db.close();
    return { checkpointed: await readFile(file), values: Buffer.from(values.join('\n')) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function valuesIn(db: Database.Database): readonly string[] {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
  const said = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('hex') : String(value));
  return tables.flatMap((table) =>
    (db.prepare(`SELECT * FROM "${table}"`).raw().all() as readonly (readonly unknown[])[]).flatMap((row) =>
      row.map(said),
    ),
  );
}
