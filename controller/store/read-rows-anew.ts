import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { WireRow } from '../core/hash-forms.ts';
import { toStoredRow } from './row-projection.ts';
import { prepareRowWriter } from './row-writer.ts';

/** Rows read at a time: bounds the memory. */
const page = 1_000;

/** The very text of the schema and of the projection: nobody has to remember to raise a number. */
function currentReading(): string {
  const digest = createHash('sha256');
  for (const file of ['../core/dataset.ts', '../core/code-length.ts', './row-projection.ts']) {
    digest.update(readFileSync(new URL(file, import.meta.url)));
  }
  return digest.digest('hex');
}

/**
 * After an update of the program, reads every row against the new schema: what it refuses must stop to grant, and
 * what the old one refused may begin to. Rows, digest and cursor stay as they are. Nothing to do on any other start.
 */
export function readRowsAnew(db: Database): void {
  const reading = currentReading();
  if (db.prepare<[], string>('SELECT reading FROM dataset').pluck().get() === reading) return;
  const rows = db.prepare<[number], WireRow & { readonly rowid: number; readonly gen: number }>(
    `SELECT rowid, gen, tbl AS "table", id, version, row FROM row WHERE rowid > ? ORDER BY rowid LIMIT ${page}`,
  );
  const writer = prepareRowWriter(db);
  db.transaction(() => {
    let last = 0;
    for (let batch = rows.all(last); batch.length > 0; batch = rows.all(last)) {
      for (const { rowid, gen, ...wire } of batch) {
        const row = toStoredRow(wire);
        if (row !== undefined) writer.put(gen, row);
        last = rowid;
      }
    }
    db.prepare('UPDATE dataset SET reading = ?').run(reading);
  }).immediate();
}
