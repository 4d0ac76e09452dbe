import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../scripts/docs/generated-files.ts';

const root = resolve(import.meta.dirname, '../..');

describe('generated schemas and pages', () => {
  it.each(generatedFiles())('$path is what `npm run docs` writes now', ({ path, text }) => {
    expect(readFileSync(resolve(root, path), 'utf8')).toBe(text);
  });

  it.each(['vestibule', 'building'])('the example %s.yaml names a schema that is there', (name) => {
    const [first = ''] = readFileSync(resolve(root, `config/examples/${name}.yaml`), 'utf8').split('\n');
    const schema = first.replace('# yaml-language-server: $schema=', '');
    expect(existsSync(resolve(root, 'config/examples', schema))).toBe(true);
  });

  it('say what every field of the configuration means', () => {
    const page = readFileSync(resolve(root, 'docs/configuration.md'), 'utf8');
    expect(page).toMatch(/\| `showAnswerFor` \| duration \| no: `8s` \| how long/);
    expect(page).not.toMatch(/\|\s+\|$/m);
  });
});
