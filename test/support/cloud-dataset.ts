import { randomUUID } from 'node:crypto';
import type { WireRow } from '../../controller/core/hash-forms.ts';
import type { Manifest, RowOp } from '../../controller/ports/replica.ts';
import { chunkLine, encodeChunk } from '../../sync/protocol/chunk.ts';
import { chunkHash } from '../../sync/protocol/hashes.ts';
import { digestOf } from './digest-of.ts';

export interface CloudDelta {
  readonly epoch: number;
  readonly prev: number;
  readonly seq: number;
  readonly ops: readonly RowOp[];
  readonly digest: string;
}

export interface CloudSnapshot {
  readonly manifest: Manifest;
  readonly chunks: readonly Buffer[];
}

/** A row as the wire carries it; `fields` are what its text holds beside id and version. */
export const wireRow = (table: string, id: string, version: number, fields: object = {}): WireRow => ({
  table,
  id,
  version,
  row: JSON.stringify({ id, version, ...fields }),
});

/** The cloud's copy of a building, plainly kept: every delta ever made, and snapshots of any moment. */
export class CloudDataset {
  epoch: number;
  seq = 0;
  readonly #rows = new Map<string, WireRow>();

  constructor(epoch = 1) {
    this.epoch = epoch;
  }

  get rows(): readonly WireRow[] {
    return [...this.#rows.values()];
  }

  get digest(): string {
    return digestOf(this.#rows.values());
  }

  get cursor(): { readonly epoch: number; readonly seq: number; readonly digest: string } {
    return { epoch: this.epoch, seq: this.seq, digest: this.digest };
  }

  change(...ops: readonly RowOp[]): CloudDelta {
    for (const op of ops) {
      if ('put' in op) this.#rows.set(`${op.put.table}/${op.put.id}`, op.put);
      else this.#rows.delete(`${op.delete.table}/${op.delete.id}`);
    }
    const prev = this.seq;
    this.seq += 1;
    return { epoch: this.epoch, prev, seq: this.seq, ops, digest: this.digest };
  }

  /** `rowsPerChunk` rows to a chunk. */
  snapshot(rowsPerChunk = 2): CloudSnapshot {
    const snapshot = randomUUID();
    const { rows } = this;
    const chunks: Buffer[] = [];
    for (let start = 0; start < rows.length; start += rowsPerChunk) {
      const lines = rows
        .slice(start, start + rowsPerChunk)
        .map(chunkLine)
        .join('');
      chunks.push(encodeChunk(snapshot, chunks.length, lines));
    }
    const { epoch, seq, digest } = this.cursor;
    return {
      manifest: { snapshot, epoch, seq, rows: rows.length, digest, chunks: chunks.map(chunkHash) },
      chunks,
    };
  }
}
