/**
 * Makes `npx vestibule …` work in this folder. npm links the commands of dependencies into `node_modules/.bin`; those of
 * the project itself (a `bin` in package.json) it would copy into its own cache first. Part of npm's `prepare` step.
 */
import { rmSync, symlinkSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..');
const binFolder = join(project, 'node_modules', '.bin');

for (const name of ['vestibule', 'vestibule-headend', 'vestibule-sim']) {
  const link = join(binFolder, name);
  rmSync(link, { force: true });
  symlinkSync(relative(binFolder, join(project, 'scripts', 'bin', `${name}.mjs`)), link);
}
