/**
 * The building file as the commands that change it see it: read, changed in memory, checked whole, and only then
 * written. It stays the one source of what is published (docs/adr/0007).
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BuildingFile } from './building-file/file.ts';
import type { FilePath } from './building-file/places-in-file.ts';
import { readBuildingFile } from './building-file/read.ts';
import type { SourceProblem } from './building-source.ts';
import type { RowToPublish } from './dataset/diff.ts';
import { checkRows } from './dataset/publish-rows.ts';
import { HeadEndError } from './head-end-error.ts';
import { writeWhole } from './keys/secret-file.ts';
import type { OpenHeadEnd } from './open-head-end.ts';

export interface SourceFile {
  readonly path: string;
  /** As sentences name it. */
  readonly name: string;
  readonly text: string;
  readonly file: BuildingFile;
  readonly lineOf: (path: FilePath) => number;
}

/** A change that has passed every check of publishing; nothing is written yet. */
export interface CheckedChange {
  readonly source: SourceFile;
  readonly text: string;
  readonly rows: readonly RowToPublish[];
}

type Refused = { readonly kind: 'refused'; readonly problems: readonly SourceProblem[] };

/**
 * Opens the named building file, else the one that was published last.
 * @throws HeadEndError `badSource` when there is none or it cannot be read.
 */
export function openSource(
  { store }: OpenHeadEnd,
  named: string | undefined,
): Refused | { readonly kind: 'source'; readonly source: SourceFile } {
  const path = named === undefined ? store.dataset.sourcePath() : resolve(named);
  if (path === undefined) {
    throw new HeadEndError(
      'badSource',
      'It is not known here which building file was published last: name it with --file building.yaml',
    );
  }
  const text = readText(path, named === undefined ? 'the building file that was published last' : 'the file');
  const name = basename(path);
  const read = readBuildingFile(text, name);
  if (read.kind === 'refused') return read;
  return { kind: 'source', source: { path, name, text, file: read.file, lineOf: read.lineOf } };
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HeadEndError(
      'badSource',
      `${path}, ${what}, cannot be read: check that it is there and may be read, or name another with --file.`,
      { cause },
    );
  }
}

/**
 * Checks a changed text as publishing would, and that it says `expected` and nothing else.
 * @throws HeadEndError as `publishRows`; `badSource` for a text that could not be changed (undefined) or says something else.
 */
export function checkChange(
  books: OpenHeadEnd,
  source: SourceFile,
  text: string | undefined,
  expected: BuildingFile,
): Refused | { readonly kind: 'checked'; readonly change: CheckedChange } {
  if (text === undefined) throw byHand(source);
  const read = books.read(text, source.name);
  if (read.kind === 'refused') return read;
  if (!isDeepStrictEqual(read.file, expected)) throw byHand(source);
  checkRows(books.store, read.rows);
  return { kind: 'checked', change: { source, text, rows: read.rows } };
}

const byHand = ({ name }: SourceFile): HeadEndError =>
  new HeadEndError(
    'badSource',
    `${name} is written in a way that this command cannot change safely (anchors, aliases or tags, for example): make the change by hand, then publish it.`,
  );

/**
 * Writes a checked change, whole or not at all, with the file's own owner and mode. Another change meanwhile, of an editor or of
 * another command, is never overwritten.
 * @throws HeadEndError `badSource`.
 */
export function writeChange(
  { store }: OpenHeadEnd,
  { source: { path, name, text: before }, text }: CheckedChange,
): void {
  // The lock of the head-end's database serves its commands as the lock of the file, too.
  store.transact(() => {
    if (readText(path, 'the building file') !== before) {
      throw new HeadEndError(
        'badSource',
        `${name} was changed meanwhile: nothing was written; run this again.`,
      );
    }
    if (text !== before) writeText(path, text);
    store.dataset.setSourcePath(path);
  });
}

function writeText(path: string, text: string): void {
  try {
    const target = realpathSync(path);
    const { mode, uid, gid } = statSync(target);
    writeWhole(target, text, { mode: mode & 0o777, uid, gid });
  } catch (cause) {
    throw new HeadEndError(
      'badSource',
      `${path} or its folder cannot be written: nothing was changed; check who may write there and the disk's space.`,
      { cause },
    );
  }
}
