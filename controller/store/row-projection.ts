import type { EpochMs } from '../core/access/facts.ts';
import { liveCodeUntil } from '../core/code-length.ts';
import { type HolderRef, type Rows, readRow, type TableName } from '../core/dataset.ts';
import type { WireRow } from '../core/hash-forms.ts';
import { grantKey, hashKey } from './look-up-key.ts';

/** A row as it rests: verbatim, with what look-ups go by, or with why its schema refuses it. */
export interface StoredRow {
  readonly wire: WireRow;
  /** What a decision finds it by (look-up-key.ts). */
  readonly lookUp: number | undefined;
  /** The suite of a resident whom the directory lists. */
  readonly listedSuite: string | undefined;
  /** The end of a live code (core/code-length.ts). */
  readonly codeUntil: EpochMs | undefined;
  /** Holders of a group, as `holderKey`. */
  readonly members: readonly string[];
  readonly refused: { readonly field: string; readonly problem: string } | undefined;
}

export const holderKey = (ref: HolderRef): string => `${ref.kind}:${ref.id}`;

/**
 * Reads a row against its schema and works out its projection. A row that the schema refuses, and one of an unknown
 * table, is kept without one, so that the digest agrees and nothing finds it (PROTOCOL "Rows, digest, event hash").
 * @returns undefined when the text names another id or version than its envelope: such a row must not be stored.
 */
export function toStoredRow(wire: WireRow): StoredRow | undefined {
  const check = readRow(wire.table, wire.row);
  switch (check.kind) {
    case 'row':
      if (check.row.id !== wire.id || check.row.version !== wire.version) return undefined;
      return { wire, ...projectionOf(check.row), refused: undefined };
    case 'refused':
      if (namesAnother(wire)) return undefined;
      return {
        wire,
        ...nothing,
        refused: { field: check.field, problem: check.problem },
      };
    case 'unknownTable':
      if (namesAnother(wire)) return undefined;
      return { wire, ...nothing, refused: undefined };
    default:
      throw new TypeError(`unknown row check ${String(check satisfies never)}`);
  }
}

type Projection = Pick<StoredRow, 'lookUp' | 'listedSuite' | 'codeUntil' | 'members'>;

const nothing: Projection = {
  lookUp: undefined,
  listedSuite: undefined,
  codeUntil: undefined,
  members: [],
};

function projectionOf(row: Rows[TableName]): Projection {
  if ('hash' in row) return { ...nothing, lookUp: hashKey(row.hash), codeUntil: liveCodeUntil(row) };
  if ('subject' in row) return { ...nothing, lookUp: grantKey(row.subject, row.door) };
  if ('members' in row) return { ...nothing, members: row.members.map(holderKey) };
  if ('showOnConsole' in row && row.showOnConsole && row.status === 'active')
    return { ...nothing, listedSuite: row.suite };
  return nothing;
}

/**
 * Whether the text says an id or version of its own that differs. A text that says none (not JSON, not an object) is
 * merely refused by its schema: refusing the delta would refuse the snapshot after it too, for ever.
 */
function namesAnother({ id, version, row }: WireRow): boolean {
  let said: unknown;
  try {
    said = JSON.parse(row);
  } catch {
    return false;
  }
  if (typeof said !== 'object' || said === null) return false;
  return ('id' in said && said.id !== id) || ('version' in said && said.version !== version);
}
