import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { readBuildingFile } from '../building-file/read.ts';
import type { SourceProblem } from '../building-source.ts';
import { askControl } from '../control/client.ts';
import type { RowToPublish } from '../dataset/diff.ts';
import { codeAdvice } from '../dataset/guess-share.ts';
import type { Published } from '../dataset/publish-rows.ts';
import { type OpenHeadEnd, stateExists } from '../open-head-end.ts';
import { awaitDevices, reached } from './await-devices.ts';
import { complain, notServing, say, withState } from './context.ts';
import { exitCodes } from './exit-codes.ts';

const linesShown = 40;
/** Work on a smaller file is over before anybody wonders. */
const longWorkBytes = 500_000;

/** `publish building.yaml`: checks, prints the difference, commits it, and says which devices have it. */
export async function publishCommand(stateDir: string, file: string): Promise<void> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return complain(`${file} cannot be read; check its name and that it may be read.`, exitCodes.data);
  }
  const name = basename(file);
  const progress = (what: string): void => {
    if (text.length > longWorkBytes) process.stderr.write(`${what}\n`);
  };
  progress(`Reading and checking ${name} …`);
  // A wrong file must not leave a state folder behind.
  const first = stateExists(resolve(stateDir)) ? undefined : readBuildingFile(text, name);
  if (first?.kind === 'refused') return refuse(first.problems);

  await withState(
    stateDir,
    async (books) => {
      const source = books.read(text, name);
      if (source.kind === 'refused') return refuse(source.problems);
      progress(`Publishing ${source.rows.length} rows …`);
      await publishAndShow(books, source.rows, {
        onPublished: () => books.store.dataset.setSourcePath(resolve(file)),
      });
    },
    { create: true },
  );
}

interface PublishOptions {
  /** Before devices are waited for. */
  readonly onPublished?: () => void;
  readonly sayUnchanged?: boolean;
}

/** Publishes through the running head-end, else in the books, and says what changed and which devices have it. */
export async function publishAndShow(
  books: OpenHeadEnd,
  rows: readonly RowToPublish[],
  { onPublished = () => {}, sayUnchanged = true }: PublishOptions = {},
): Promise<Published> {
  const served = await askControl<Published, 'publish'>(books.stateDir, 'publish', { rows: [...rows] });
  const published = served.kind === 'answer' ? served.value : books.desk.publish(rows);
  onPublished();
  if (published.kind === 'published' || sayUnchanged) show(published);
  const advice = codeAdvice(rows, Date.now());
  if (advice !== undefined) complain(advice, exitCodes.ok);
  if (served.kind === 'answer') await awaitDevices(books.store, reached(published.epoch, published.seq));
  else if (published.kind === 'published') say(notServing);
  return published;
}

export function refuse(problems: readonly SourceProblem[], consequence = 'nothing was published'): void {
  const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
  complain(
    [...problems.map(({ sentence }) => sentence), `${count}; ${consequence}.`].join('\n'),
    exitCodes.data,
  );
}

export function show({ kind, building, epoch, seq, summary, as }: Published): void {
  if (kind === 'unchanged') {
    say(`${building}: nothing differs from what is published (epoch ${epoch}, seq ${seq}).`);
    return;
  }
  say(`${building}: ${summary.headline}`);
  for (const line of summary.lines.slice(0, linesShown)) say(`  ${line}`);
  const more = summary.lines.length - linesShown;
  if (more > 0) say(`  … and ${more} more`);
  say(`Published as ${as === 'delta' ? 'a delta' : 'a snapshot'} (epoch ${epoch}, seq ${seq}).`);
}
