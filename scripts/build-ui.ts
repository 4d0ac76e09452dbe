/** Builds the lobby screen's page into controller/console/ui/dist/. */
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const uiFolder = fileURLToPath(new URL('../controller/console/ui/', import.meta.url));
export const uiDist = join(uiFolder, 'dist');

/** Whole files only: a controller or test that starts meanwhile never reads half of one. */
async function put(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await write(temporary);
  await rename(temporary, file);
}

/** @throws esbuild's BuildFailure, whose message names file, line and column. */
export async function buildUi(): Promise<void> {
  const bundle = await build({
    entryPoints: [join(uiFolder, 'main.tsx'), join(uiFolder, 'style.css')],
    bundle: true,
    write: false,
    outdir: join(uiDist, 'assets'),
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  await mkdir(join(uiDist, 'assets'), { recursive: true });
  for (const { path, contents } of bundle.outputFiles) await put(path, (file) => writeFile(file, contents));
  const copies = [
    ['icon.svg', 'assets/icon.svg'],
    ['index.html', 'index.html'],
  ] as const;
  for (const [from, to] of copies) {
    await put(join(uiDist, to), (file) => copyFile(join(uiFolder, from), file));
  }
}

if (import.meta.main) await buildUi();
