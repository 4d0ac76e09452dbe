/** A state folder that this user or this disk does not give: what stands in the way, and the way out. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { RunningCommand } from '../support/command.ts';
import { unshared } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { smallBuilding } from '../support/published-rows.ts';
import { keepFromSomebodyElse } from '../support/somebody-else.ts';
import { tempDir } from '../support/store.ts';

const building = 'config/examples/building.yaml';
const oneLine = /^[^\n]+\.\n$/;

async function refusal(
  state: string,
  args: readonly string[],
  through: readonly string[],
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const all = ['--state', state, ...args];
  const command = forThisTest(new RunningCommand('scripts/bin/vestibule-headend.mjs', all, { through }));
  const { code, stdout, stderr } = await command.finished();
  expect(stdout).toBe('');
  expect(stderr).toMatch(oneLine);
  return { code, stderr };
}

it.each(['state', 'site/state'])(
  '%s, to be made on a read-only disk, ends publish with 74',
  async (state) => {
    const disk = tempDir();
    const mount = ['sh', '-c', `mount -t tmpfs -o ro tmpfs ${disk} && exec "$@"`, 'sh'];
    const { code, stderr } = await refusal(join(disk, state), ['publish', building], [...unshared, ...mount]);
    expect(stderr).toMatch(/^The disk or the database refused \(EROFS\); check/);
    expect(code).toBe(74);
  },
);

it.each([
  ['devices', []],
  ['publish', [building]],
  ['run', []],
] as const)('of another user ends %s with 78, and says to run as its owner', async (command, args) => {
  const folder = tempDir();
  const state = join(folder, 'state');
  const books = openHeadEnd({ stateDir: state });
  books.desk.publish(smallBuilding());
  books.close();
  chmodSync(folder, 0o755);
  const { code, stderr } = await refusal(state, [command, ...args], keepFromSomebodyElse(state));
  expect(stderr).toMatch(/may not be used by this user; run as its owner, or name another --state/);
  expect(code).toBe(78);
});
