import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLayers } from '../../scripts/check-layers.ts';

describe('the layer check', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vestibule-layers-'));
    for (const name of ['controller', 'drivers', 'sync', 'config', 'test', 'scripts'])
      await mkdir(join(folder, name));
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const plant = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const { violations, modules } = await checkLayers(folder);
    expect(modules).toBeGreaterThan(0);
    return violations.map(({ rule }) => rule.name);
  };
  const thing = 'export const thing = 1;\n';

  it.each([
    [
      'the core imports the store',
      'controller/core/a.ts',
      '../store/b.ts',
      'controller/store/b.ts',
      'core-imports-core',
    ],
    [
      'a port imports the app',
      'controller/ports/a.ts',
      '../app/b.ts',
      'controller/app/b.ts',
      'ports-import-core',
    ],
    [
      'the app imports a driver',
      'controller/app/a.ts',
      '../../drivers/sim/b.ts',
      'drivers/sim/b.ts',
      'app-imports-core-ports',
    ],
    [
      'the console imports the app',
      'controller/console/a.ts',
      '../app/b.ts',
      'controller/app/b.ts',
      'console-imports-core-ports',
    ],
    ['one driver imports another', 'drivers/salto/a.ts', '../sim/b.ts', 'drivers/sim/b.ts', 'driver-salto'],
    [
      'sync imports the store',
      'sync/links/a.ts',
      '../../controller/store/b.ts',
      'controller/store/b.ts',
      'sync-imports-core-ports',
    ],
    [
      'the device imports the head-end',
      'sync/links/a.ts',
      '../headend/b.ts',
      'sync/headend/b.ts',
      'device-knows-no-headend',
    ],
    [
      'the head-end imports the device',
      'sync/headend/a.ts',
      '../links/b.ts',
      'sync/links/b.ts',
      'headend-and-device-meet-on-the-wire',
    ],
    [
      'anything imports a test',
      'controller/app/a.ts',
      '../../test/b.ts',
      'test/b.ts',
      'nothing-imports-tests',
    ],
  ])('fails when %s', async (_, from, specifier, to, rule) => {
    const names = await plant({
      [from]: `import { thing } from '${specifier}';\nexport const own = thing;\n`,
      [to]: thing,
    });
    expect(names).toContain(rule);
  });

  it.each([
    [
      'a node module',
      "import { readFileSync } from 'node:fs';\nexport const own = readFileSync;\n",
      'core-is-pure',
    ],
    [
      'a package other than zod',
      "import pino from 'pino';\nexport const own = pino;\n",
      'core-uses-zod-only',
    ],
  ])('fails when the core imports %s', async (_, text, rule) => {
    expect(await plant({ 'controller/core/a.ts': text })).toContain(rule);
  });

  it('fails when SQLite has a third owner', async () => {
    const text = "import Database from 'better-sqlite3';\nexport const own = Database;\n";
    expect(await plant({ 'controller/app/a.ts': text })).toContain('sqlite-has-two-owners');
  });

  it('sees type-only imports too', async () => {
    const files = {
      'controller/core/a.ts': "import type { Thing } from '../store/b.ts';\nexport type Own = Thing;\n",
      'controller/store/b.ts': 'export type Thing = number;\n',
    };
    expect(await plant(files)).toContain('core-imports-core');
  });

  it('passes what the directions allow', async () => {
    const files = {
      'controller/app/a.ts': "import { thing } from '../core/b.ts';\nexport const own = thing;\n",
      'controller/core/b.ts': thing,
    };
    expect(await plant(files)).toEqual([]);
  });
});
