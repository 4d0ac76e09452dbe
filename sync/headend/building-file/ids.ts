/**
 * Stable, readable ids. An entry's own `id` wins; else one is made of what stays the same when details change, so
 * that publishing a file with one changed detail changes one row. Row ids reach every console and the event log:
 * a hidden resident's name is never made into one.
 */
import { createHash } from 'node:crypto';
import type { BuildingFile, WrittenFile } from './file.ts';
import type { Finding } from './places-in-file.ts';

const letters: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ø: 'o', đ: 'd', ł: 'l', ß: 'ss' };

/** `Élodie O'Brien-Nguyễn` → `elodie-obrien-nguyen`; empty when nothing of it can be written in a–z and 0–9. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\p{M}'’]/gu, '')
    .replace(/[œæøđłß]/g, (letter) => letters[letter] ?? '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** Row ids have at most 64 characters; a longer one keeps its beginning and a fingerprint of the whole. */
export function fitted(id: string): string {
  if (id.length <= 64) return id;
  return `${id.slice(0, 55)}.${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

const joined = (...parts: readonly string[]): string | undefined =>
  parts.every((part) => part !== '') ? fitted(parts.join('-')) : undefined;

type Entry<List extends 'residents' | 'staff' | 'others' | 'guests'> = WrittenFile[List][number];

const residentId = (r: Entry<'residents'>): string | undefined =>
  r.id ?? (r.showOnConsole ? joined(slug(r.suite), slug(r.displayName ?? '')) : undefined);
const staffId = (s: Entry<'staff'>): string | undefined => s.id ?? joined(slug(s.name));
const otherId = (o: Entry<'others'>): string | undefined => o.id ?? joined(slug(o.label));
const guestId = (g: Entry<'guests'>): string | undefined =>
  g.id ?? joined(g.host ?? 'building', slug(g.name), g.startsAt.slice(0, 10));

/** The file with an id for each person, or what to do about those of whom none can be made. */
export function withIds(
  file: WrittenFile,
):
  | { readonly kind: 'identified'; readonly file: BuildingFile }
  | { readonly kind: 'idsMissing'; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const named = <E, Id>(list: string, entries: readonly E[], idOf: (entry: E) => string | undefined) =>
    entries.map((entry, i) => {
      const id = idOf(entry);
      if (id === undefined) findings.push({ path: [list, i], what: needsId });
      return { ...entry, id: id as Id };
    });
  const identified: BuildingFile = {
    ...file,
    residents: named('residents', file.residents, residentId),
    staff: named('staff', file.staff, staffId),
    others: named('others', file.others, otherId),
    guests: named('guests', file.guests, guestId),
  };
  return findings.length > 0 ? { kind: 'idsMissing', findings } : { kind: 'identified', file: identified };
}

const needsId =
  'needs an `id`: none can be made of a hidden name (ids reach every console), nor of one that is absent or has no letters a–z; write one such as "504-b"';
