/** A copy of the project's sources with a defect in it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** In `file`, the only place of `from` becomes `to`. */
export interface Defect {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const sources = ['controller', 'sync', 'config', 'drivers', 'scripts', 'package.json'];

/** There until the test has finished. @throws when a place is not there exactly once: the defect would be another one, or none. */
export function mutantTree(
  defects: readonly Defect[],
  onTestFinished: TestContext['onTestFinished'],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-mutant-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of sources) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of defects) {
    const path = join(folder, file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places of: ${from}`);
    writeFileSync(path, parts.join(to));
  }
  return folder;
}
