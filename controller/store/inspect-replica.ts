import type { DatabaseSync } from 'node:sqlite';
import { type Building, type Door, readRow } from '../core/dataset.ts';
import { digestOf } from '../core/hash-forms.ts';
import type { ReplicaInspection } from './inspection.ts';
import { rowHash } from './row-hash.ts';

interface Row {
  readonly table: string;
  readonly id: string;
  readonly version: number;
  readonly row: string;
  readonly field: string | null;
}

interface Version {
  readonly live: number;
  readonly epoch: number;
  readonly seq: number;
  readonly digest: string;
}

/** Reads every live row; undefined where there is no cursor. Callers hold a read transaction. */
export function inspectReplica(db: DatabaseSync): ReplicaInspection | undefined {
  const version = db.prepare('SELECT live, epoch, seq, digest FROM dataset').get() as Version | undefined;
  if (version === undefined) return undefined;
  const { live, epoch, seq, digest } = version;
  const lines = db.prepare(
    'SELECT tbl AS "table", id, version, row, refused_field AS field FROM row WHERE gen = ?',
  );
  let rows = 0;
  let building: Partial<Building> = {};
  const refused: { readonly table: string; readonly id: string; readonly field: string }[] = [];
  const saltoDoors: string[] = [];
  const saltoDoorIds: Record<string, string> = {};
  function* rowHashes(): Generator<string> {
    for (const line of lines.iterate(live)) {
      const { field, ...wire } = line as unknown as Row;
      const { table, id } = wire;
      rows += 1;
      if (field !== null) refused.push({ table, id, field });
      else if (table === 'building') building = buildingOf(wire.row);
      else if (table === 'door') noteDoor(id, wire.row);
      yield rowHash(wire);
    }
  }
  function noteDoor(id: string, text: string): void {
    const door = saltoDoorOf(text);
    if (door === undefined) return;
    saltoDoors.push(id);
    if (door.saltoDoorId !== undefined) saltoDoorIds[id] = door.saltoDoorId;
  }
  const digestAgrees = digestOf(rowHashes()) === digest;
  return {
    epoch,
    seq,
    digestAgrees,
    rows,
    refused,
    saltoDoors,
    saltoDoorIds,
    ...(building.guestCodesForDays == null ? {} : { guestCodesForDays: building.guestCodesForDays }),
    ...(building.timezone === undefined ? {} : { timezone: building.timezone }),
  };
}

function buildingOf(text: string): Partial<Building> {
  const read = readRow('building', text);
  return read.kind === 'row' && 'timezone' in read.row ? read.row : {};
}

function saltoDoorOf(text: string): Door | undefined {
  const read = readRow('door', text);
  const isSalto = read.kind === 'row' && 'kind' in read.row && read.row.kind === 'salto';
  return isSalto ? (read.row as Door) : undefined;
}
