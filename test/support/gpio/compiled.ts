import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const cache = new URL('../../../node_modules/.cache/gpio/', import.meta.url).pathname;

/** Compiles a C file beside this one, if it has changed, and returns the path of the result. */
export function compiled(source: string, flags: readonly string[]): string {
  const file = new URL(source, import.meta.url).pathname;
  const strict = ['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE'];
  const hash = createHash('sha256').update(readFileSync(file)).update(flags.join(' ')).digest('hex');
  const output = join(cache, `${source.replace('.c', '')}-${hash.slice(0, 16)}`);
  if (existsSync(output)) return output;
  mkdirSync(cache, { recursive: true });
  const partial = `${output}.${process.pid}`;
  const { status, stderr, error } = spawnSync('gcc', [...strict, file, '-o', partial, ...flags], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${source} cannot be compiled: ${error?.message ?? stderr}`);
  renameSync(partial, output);
  return output;
}
