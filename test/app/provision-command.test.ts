/** `vestibule provision` where the state folder is not to be had: what stands in the way, and the way out. */
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockState } from '../../controller/store/state-lock.ts';
import { pairingText } from '../../sync/protocol/pairing-code.ts';
import { RunningCommand } from '../support/command.ts';
import { unshared } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { keepFromSomebodyElse } from '../support/somebody-else.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

const oneLine = /^[^\n]+\.\n$/;
const code = pairingText(
  { token: Buffer.alloc(16), ca: Buffer.alloc(32), root: Buffer.alloc(32) },
  'https://127.0.0.1:1',
);

async function provision(
  { configFile }: Pick<VestibuleFolder, 'configFile'>,
  through: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const args = ['--config', configFile, 'provision', '--code', code];
  const command = forThisTest(new RunningCommand('scripts/bin/vestibule.mjs', args, { through }));
  const { code: exitCode, stdout, stderr } = await command.finished();
  expect(stdout).toBe('');
  expect(stderr).toMatch(oneLine);
  return { code: exitCode, stderr };
}

it.each([
  ['that is not there yet', 'state'],
  ['of which its folder is not there either', 'site/state'],
])('a state folder %s, on a read-only disk, ends it with 74', async (_, stateDir) => {
  const { configFile } = await vestibuleFolder({
    enrolled: false,
    edit: (yaml) => yaml.replace('stateDir: ./state', `stateDir: ./disk/${stateDir}`),
  });
  const disk = `${dirname(configFile)}/disk`;
  const mount = `mkdir ${disk} && mount -t tmpfs -o ro tmpfs ${disk} && exec "$@"`;
  const refused = await provision({ configFile }, [...unshared, 'sh', '-c', mount, 'sh']);
  expect(refused.stderr).toMatch(
    /^The disk or a database .*\/disk\/.* cannot be written \(EROFS\)\. Check the disk/,
  );
  expect(refused.code).toBe(74);
});

it('a state folder on a disk that is read-only by now ends it with 74', async () => {
  const folder = await vestibuleFolder();
  const mount = `mount -t tmpfs -o ro tmpfs ${folder.stateDir} && exec "$@"`;
  const refused = await provision(folder, [...unshared, 'sh', '-c', mount, 'sh']);
  expect(refused.stderr).toContain('cannot be written (EROFS)');
  expect(refused.code).toBe(74);
});

it('a state folder of another user ends it with 78, and says to run as its owner', async () => {
  const folder = await vestibuleFolder();
  chmodSync(dirname(folder.configFile), 0o755);
  const refused = await provision(folder, keepFromSomebodyElse(folder.stateDir));
  expect(refused.stderr).toMatch(/may not be used by this user; run as its owner/);
  expect(refused.code).toBe(78);
});

it('a state folder on which another one works ends it with 69, and says what that may be', async () => {
  const folder = await vestibuleFolder({ enrolled: false });
  const lock = lockState(folder.stateDir);
  onTestFinished(() => lock.release());
  const refused = await provision(folder);
  expect(refused.stderr).toMatch(
    /^Another vestibule run or vestibule provision works on .*\/state; end it first, or/,
  );
  expect(refused.code).toBe(69);
});
