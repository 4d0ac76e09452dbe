import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

/** `kill` for test/store/kill.test.ts would say too little: the path without `test/` and `.test.ts`. */
const nameOf = (path: string): string => path.replace(/^test\//, '').replace(/\.test\.ts$/, '');

/** Which test files say that they show which failure case. */
function shown(): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, Set<string>>();
  for (const path of globSync('test/**/*.test.ts', { cwd: root })) {
    for (const [, number] of read(path).matchAll(/\(\s*'failure case (\d+): /g)) {
      const files = found.get(Number(number)) ?? new Set();
      found.set(Number(number), files.add(nameOf(path)));
    }
  }
  return new Map([...found].map(([number, files]) => [number, [...files].sort()]));
}

it('every failure case of the protocol has a test that names it, and docs/sync.md says where', () => {
  const table = [...read('docs/sync.md').matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(
    ([, number, files = '']) =>
      [Number(number), [...files.matchAll(/`([^`]+)`/g)].map(([, name]) => name)] as const,
  );
  expect(table.map(([number]) => number)).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
  const tests = shown();
  for (const [number, files] of table) expect([number, files]).toEqual([number, tests.get(number)]);
  expect([...tests.keys()].sort((a, b) => a - b)).toEqual(table.map(([number]) => number));
});
