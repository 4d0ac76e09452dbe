/**
 * `npm test`: everything that CI checks, in one command. System packages, then the static gates, then the tests,
 * whose own report ends the output with `N passed, N failed`. Arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ensureSystemPackages } from './system-packages.ts';

const binFolder = new URL('../node_modules/.bin/', import.meta.url).pathname;
const bin = (name: string): string => `${binFolder}${name}`;
/** The tools' own `#!/usr/bin/env node` must find the runtime that the project brings, however this was started. */
const env = { ...process.env, PATH: `${binFolder}:${process.env['PATH'] ?? ''}` };
const folders = ['controller', 'drivers', 'sync', 'config', 'test', 'scripts'];

const gates: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['page', process.execPath, ['scripts/build-ui.ts']],
  // Before the tests that need them: compiling takes longer than a test may.
  ['native parts of lines', process.execPath, ['scripts/build-gpio.ts']],
  ['types', bin('tsc'), ['--noEmit']],
  ['types of the page', bin('tsc'), ['--noEmit', '-p', 'controller/console/ui']],
  ["types of the phone's page", bin('tsc'), ['--noEmit', '-p', 'drivers/sim/phone/page']],
  ['format and lint', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['promises and cycles', bin('oxlint'), ['--type-aware', '--deny-warnings', ...folders]],
  ['layers', process.execPath, ['scripts/check-layers.ts']],
  ['dead code', bin('knip'), []],
  ['generated documents', process.execPath, ['scripts/generate-docs.ts', '--check']],
];

function stop(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const problem = ensureSystemPackages();
if (problem !== undefined) stop(problem);

if (/"resolved":/.test(readFileSync('package-lock.json', 'utf8'))) {
  stop(
    'package-lock.json names download addresses; run "npm install" with this folder\'s .npmrc and commit the result.',
  );
}

for (const [name, command, args] of gates) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
  if (status !== 0) stop(`${stdout}${stderr}\n${name}: failed (${command} ${args.join(' ')})`);
  process.stdout.write(`${name}: good (${((performance.now() - began) / 1000).toFixed(1)} s)\n`);
}

const { status } = spawnSync(bin('vitest'), ['run', ...process.argv.slice(2)], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
