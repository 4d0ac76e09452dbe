import type { BuildingFile } from '../building-file/file.ts';
import { HeadEndError } from '../head-end-error.ts';
import type { OpenHeadEnd } from '../open-head-end.ts';
import { type CheckedChange, checkChange, openSource, type SourceFile, writeChange } from '../source-file.ts';
import { say, withState } from './context.ts';
import { failureOf } from './exit-codes.ts';
import { publishAndShow, refuse } from './publish-command.ts';

export interface SourceOption {
  readonly file?: string;
}

/** Runs a command on the building file; what is wrong with the file ends it with its sentences. */
export const withSource = (
  stateDir: string,
  { file }: SourceOption,
  use: (books: OpenHeadEnd, source: SourceFile) => Promise<void> | void,
): Promise<void> =>
  withState(stateDir, async (books) => {
    const opened = openSource(books, file);
    if (opened.kind === 'refused') return refuse(opened.problems, 'nothing was changed');
    await use(books, opened.source);
  });

/** The change if publishing would take it; else what is wrong with it has been said. */
export function checkOrRefuse(
  books: OpenHeadEnd,
  source: SourceFile,
  text: string | undefined,
  expected: BuildingFile,
): CheckedChange | undefined {
  const checked = checkChange(books, source, text, expected);
  if (checked.kind === 'checked') return checked.change;
  refuse(checked.problems, 'nothing was changed');
  return undefined;
}

/** Writes a change into the building file, then publishes it. */
export async function writeAndPublish(
  books: OpenHeadEnd,
  change: CheckedChange,
  beforePublishing?: () => Promise<void>,
): Promise<void> {
  writeChange(books, change);
  try {
    await beforePublishing?.();
    await publishAndShow(books, change.rows, { sayUnchanged: beforePublishing === undefined });
  } catch (error) {
    const { name, path } = change.source;
    throw new HeadEndError(
      'notRunning',
      `${name} is changed, but that is not published yet; do it with: vestibule-headend publish ${path}. ${failureOf(error).sentence}`,
      { cause: error },
    );
  }
}

/**
 * For a change that the file says already: publishes what a run that was ended between writing and publishing has left,
 * so that running it again ends what it began.
 */
export async function publishRest(books: OpenHeadEnd, source: SourceFile, already: string): Promise<void> {
  const change = checkOrRefuse(books, source, source.text, source.file);
  if (change === undefined) return;
  const { kind } = await publishAndShow(books, change.rows, {
    onPublished: () => books.store.dataset.setSourcePath(source.path),
    sayUnchanged: false,
  });
  say(
    kind === 'unchanged' ? already : `${already} Not all that ${source.name} says was published: now it is.`,
  );
}
