import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildUi, uiDist, uiFolder } from '../../scripts/build-ui.ts';

const changedAt = async (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

/** Builds the lobby screen's page unless the built one is newer than all of its sources. */
export async function ensureUi(): Promise<void> {
  const names = (await readdir(uiFolder)).filter((name) => name !== 'dist');
  const sources = [...names.map((name) => join(uiFolder, name)), join(uiFolder, '../view-model.ts')];
  const newest = Math.max(...(await Promise.all(sources.map(changedAt))));
  if ((await changedAt(join(uiDist, 'index.html'))) <= newest) await buildUi();
}
