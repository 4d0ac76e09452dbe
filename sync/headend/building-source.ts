import { expand } from './building-file/expand.ts';
import type { BuildingFile } from './building-file/file.ts';
import { readBuildingFile } from './building-file/read.ts';
import type { RowToPublish } from './dataset/diff.ts';
import type { HeadEndStore } from './store/open-store.ts';

export interface SourceProblem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  /** Complete, with file, line, column and the way out. */
  readonly sentence: string;
}

export type BuildingSource =
  | {
      readonly kind: 'rows';
      readonly rows: readonly RowToPublish[];
      /** What the rows were made of, codes in clear. */
      readonly file: BuildingFile;
    }
  | { readonly kind: 'refused'; readonly problems: readonly SourceProblem[] };

/**
 * Reads a building file into rows, codes hashed. Guests of somebody who may have no new guests are refused unless they
 * are published already: a restriction stops future invites only (DESIGN section 3).
 */
export function readSource(
  { dataset }: Pick<HeadEndStore, 'dataset'>,
  siteKey: Uint8Array,
  text: string,
  fileName: string,
): BuildingSource {
  const read = readBuildingFile(text, fileName);
  if (read.kind === 'refused') return read;
  const isNew = (guest: string): boolean => (dataset.row('guest', guest)?.row ?? null) === null;
  const problems = read.restricted.filter(({ guest }) => isNew(guest)).map(({ problem }) => problem);
  return problems.length > 0
    ? { kind: 'refused', problems }
    : { kind: 'rows', rows: expand(read.file, siteKey), file: read.file };
}
