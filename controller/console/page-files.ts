import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `scripts/build-ui.ts` puts the page. */
export const builtUiFolder = fileURLToPath(new URL('./ui/dist/', import.meta.url));

/** The built page has this where its version belongs. */
const versionMark = '%PAGE_VERSION%';

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface PageFiles {
  /** Changes with every byte of the page: an open page of another version reloads itself. */
  readonly version: string;
  readonly html: string;
  readonly assets: readonly Asset[];
}

/** The console cannot start. */
export class ConsoleFault extends Error {
  readonly code: 'pageNotBuilt' | 'portUnavailable';
  constructor(code: ConsoleFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConsoleFault';
    this.code = code;
  }
}

/**
 * Reads the built page into memory, so that one running controller serves one version of it.
 * @throws ConsoleFault `pageNotBuilt`
 */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  try {
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    const names = (await readdir(join(folder, 'assets')))
      .filter((name) => extname(name) in contentTypes)
      .sort();
    const assets = await Promise.all(
      names.map(async (name) => ({
        path: `/assets/${name}`,
        contentType: contentTypes[extname(name)] ?? 'application/octet-stream',
        body: await readFile(join(folder, 'assets', name)),
      })),
    );
    const hash = createHash('sha256').update(html);
    for (const asset of assets) hash.update(asset.path).update(asset.body);
    const version = hash.digest('hex').slice(0, 16);
    return { version, html: html.replace(versionMark, version), assets };
  } catch (cause) {
    throw new ConsoleFault('pageNotBuilt', 'The lobby screen is not built; run "npm run prepare" once.', {
      cause,
    });
  }
}
