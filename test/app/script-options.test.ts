import { expect, it } from 'vitest';
import { RunningCommand } from '../support/command.ts';

it.each([
  ['test/support/osdp/fuzz.ts', ['--minutes', '-1']],
  ['test/support/osdp/fuzz.ts', ['--minutes=0']],
  ['test/support/osdp/fuzz.ts', ['--seed', 'x']],
  ['test/support/osdp/fuzz.ts', ['--hours', '1']],
  ['scripts/chaos.ts', ['--minutes', '-1']],
  ['scripts/bench.ts', ['osdp', '--fast']],
])('%s told %j says in one line what it takes, and ends with 64', async (script, args) => {
  const { code, stdout, stderr } = await new RunningCommand(script, args).finished();
  expect([code, stdout]).toEqual([64, '']);
  expect(stderr).toMatch(/^npm run \S[^\n]+\n$/);
});
