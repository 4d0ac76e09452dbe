/** What the cloud holds, kept as plainly as can be: the store under test must come to the same rows and digest. */
import { createHash, randomUUID } from 'node:crypto';
import type { WireRow } from '../../controller/core/hash-forms.ts';
import type { Delta, Manifest, RowOp } from '../../controller/ports/replica.ts';

export const rowOf = <Row extends { readonly id: string; readonly version: number }>(
  table: string,
  row: Row,
): WireRow => ({ table, id: row.id, version: row.version, row: JSON.stringify(row) });

/** PROTOCOL's words, done without the program's own forms: SHA-256 of the four parts, added up modulo 2^256. */
export function digestOfRows(rows: Iterable<WireRow>): string {
  let sum = 0n;
  for (const { table, id, version, row } of rows) {
    const bytes = Buffer.from([table, id, String(version), row].join('\0'), 'utf8');
    sum += BigInt(`0x${createHash('sha256').update(bytes).digest('hex')}`);
  }
  return BigInt.asUintN(256, sum).toString(16).padStart(64, '0');
}

export interface Snapshot {
  readonly manifest: Manifest;
  readonly chunks: readonly (readonly WireRow[])[];
}

export class CloudRows {
  readonly rows = new Map<string, WireRow>();
  seq = 0;

  digest(): string {
    return digestOfRows(this.rows.values());
  }

  /** Makes the changes here and says them as the next delta. */
  delta(...ops: readonly RowOp[]): Delta {
    for (const op of ops) {
      if ('put' in op) this.rows.set(`${op.put.table} ${op.put.id}`, op.put);
      else if ('delete' in op) this.rows.delete(`${op.delete.table} ${op.delete.id}`);
    }
    this.seq += 1;
    return { epoch: 1, prev: this.seq - 1, seq: this.seq, ops, digest: this.digest() };
  }

  put(...rows: readonly WireRow[]): Delta {
    return this.delta(...rows.map((put) => ({ put })));
  }

  /** All rows at the next seq, `chunkRows` to a chunk. */
  snapshot(chunkRows = 10): Snapshot {
    this.seq += 1;
    const rows = [...this.rows.values()];
    const chunks = Array.from({ length: Math.ceil(rows.length / chunkRows) }, (_, index) =>
      rows.slice(index * chunkRows, (index + 1) * chunkRows),
    );
    return {
      manifest: {
        snapshot: randomUUID(),
        epoch: 1,
        seq: this.seq,
        rows: rows.length,
        digest: this.digest(),
        chunks: chunks.map((chunk) => createHash('sha256').update(JSON.stringify(chunk)).digest('hex')),
      },
      chunks,
    };
  }
}
