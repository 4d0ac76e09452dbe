/** A change of the dataset in words (pure): names of rows and fields, never a code, hash or phone number. */
import type { RowChange } from './diff.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface ChangeSummary {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  /** `2 residents added, 1 door changed`. */
  readonly headline: string;
  /** One line per row: `~ resident r-101 (Zoé Tremblay, suite 101): overrideDisplayName`. */
  readonly lines: readonly string[];
}

const verbs = { added: 'added', changed: 'changed', deleted: 'removed' } as const;
const marks = { added: '+', changed: '~', deleted: '-' } as const;
const plurals: Readonly<Record<string, string>> = { staff: 'staff', other: 'others', building: 'buildings' };

export function summarize(changes: readonly RowChange[]): ChangeSummary {
  const counts = new Map<
    string,
    { count: number; readonly kind: RowChange['kind']; readonly table: string }
  >();
  for (const { kind, table } of changes) {
    const key = `${kind} ${table}`;
    const counted = counts.get(key) ?? { count: 0, kind, table };
    counted.count += 1;
    counts.set(key, counted);
  }
  const parts = [...counts.values()].map(
    ({ count, kind, table }) =>
      `${count} ${count === 1 ? table : (plurals[table] ?? `${table}s`)} ${verbs[kind]}`,
  );
  const of = (kind: RowChange['kind']): number => changes.filter((change) => change.kind === kind).length;
  return {
    added: of('added'),
    changed: of('changed'),
    deleted: of('deleted'),
    headline: parts.join(', '),
    lines: changes.map(lineOf),
  };
}

function lineOf(change: RowChange): string {
  const row = change.kind === 'deleted' ? change.before : change.after;
  const label = rowLabel(change.table, row);
  const name = `${change.table} ${change.id}${label === undefined ? '' : ` (${label})`}`;
  const fields = change.kind === 'changed' ? `: ${change.fields.join(', ')}` : '';
  return `${marks[change.kind]} ${name}${fields}`;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const member = (value: unknown, name: string): string | undefined =>
  typeof value === 'object' && value !== null ? text((value as Fields)[name]) : undefined;

/** How people call a row; made of names only. */
export function rowLabel(table: string, row: Fields): string | undefined {
  switch (table) {
    case 'resident': {
      const name = text(row['overrideDisplayName']) ?? text(row['displayName']);
      const suite = `suite ${text(row['suite']) ?? '?'}`;
      return name === undefined ? suite : `${name}, ${suite}`;
    }
    case 'door':
    case 'area':
      return member(row['name'], 'en');
    case 'other':
      return text(row['label']);
    case 'credential':
      return `${text(row['kind']) ?? '?'} of ${member(row['holder'], 'kind') ?? '?'} ${member(row['holder'], 'id') ?? '?'}`;
    case 'grant':
      return `${member(row['subject'], 'kind') ?? '?'} ${member(row['subject'], 'id') ?? '?'} at ${text(row['door']) ?? '?'}`;
    default:
      return text(row['name']);
  }
}

/** How a sentence names an id that was typed and is not there. Digits alone may be a code in the wrong place: they are not repeated. */
export const typedId = (id: string): string => (/^\+?\d+$/.test(id) ? 'that id' : `the id "${id}"`);
