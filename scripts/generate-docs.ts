/** `npm run docs` writes the generated schemas and pages; `-- --check` only tells (exit 1) which are out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { generatedFiles } from './docs/generated-files.ts';

const root = new URL('../', import.meta.url);
const checking = process.argv.includes('--check');

const current = (path: string): string | undefined => {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return undefined;
  }
};

const stale = generatedFiles().filter(({ path, text }) => current(path) !== text);
for (const { path, text } of stale) {
  if (checking) process.stderr.write(`${path} is out of date: run \`npm run docs\` and commit the result\n`);
  else writeFileSync(new URL(path, root), text);
}
if (checking && stale.length > 0) process.exitCode = 1;
else
  process.stdout.write(`docs: ${stale.length === 0 ? 'all up to date' : `${stale.length} files written`}\n`);
