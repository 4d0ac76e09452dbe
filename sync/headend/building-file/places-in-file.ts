/** What the checks of a building file share: a finding, and how a row is named to its author. */
import type { BuildingFile } from './file.ts';

export type FilePath = readonly (string | number)[];

export interface Finding {
  readonly path: FilePath;
  /** What is wrong and the way out; follows the path in a sentence. Never a code, card, tag or phone number. */
  readonly what: string;
}

/** `residents[3] Élodie Tremblay, line 40`. */
export type NameOf = (path: FilePath) => string;

/** The name of the entry at `residents[3]`, as far as it has one. */
export function nameInFile(file: BuildingFile, [list, index]: FilePath): string {
  if (typeof index !== 'number') return '';
  if (list === 'residents') return file.residents[index]?.displayName ?? '';
  if (list === 'staff') return file.staff[index]?.name ?? '';
  if (list === 'others') return file.others[index]?.label ?? '';
  return list === 'guests' ? (file.guests[index]?.name ?? '') : '';
}
