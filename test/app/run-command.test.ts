import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../controller/store/open-store.ts';
import { openEventReader } from '../../controller/store/read-events.ts';
import { RunningCommand, vestibule } from '../support/command.ts';
import { ensureUi } from '../support/console-ui.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

beforeAll(ensureUi);

const oneLine = /^[^\n]+[.?]\n$/;
const lastEvent = ({ stateDir }: VestibuleFolder): string => {
  const reader = openEventReader(stateDir);
  const body = reader?.after(0, 1_000).at(-1)?.body ?? '{}';
  reader?.close();
  return (JSON.parse(body) as { type: string }).type;
};
const isUp = (line: string): boolean => line.includes('"controller is up"');

describe('vestibule run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s in good order', async (signal) => {
    const folder = await vestibuleFolder();
    const controller = forThisTest(vestibule(['--config', folder.configFile, 'run']));
    await controller.line(isUp);
    const { code, stdout, stderr } = await controller.kill(signal);
    expect([code, stderr]).toEqual([0, '']);
    expect(lastEvent(folder)).toBe('ControllerStopped');
    for (const line of stdout.split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
  });

  it('beside another one on the same state folder ends with 69 and one sentence', async () => {
    const folder = await vestibuleFolder();
    const first = forThisTest(vestibule(['--config', folder.configFile, 'run']));
    await first.line(isUp);
    const second = await vestibule(['--config', folder.configFile, 'run']).finished();
    expect([second.code, second.stdout]).toEqual([69, '']);
    expect(second.stderr).toContain(folder.stateDir);
    expect(second.stderr).toMatch(oneLine);
  });

  it('whose port is taken ends with 69 and one sentence, after an orderly end', async () => {
    const taken = await vestibuleFolder();
    const first = forThisTest(vestibule(['--config', taken.configFile, 'run']));
    await first.line(isUp);
    const folder = await vestibuleFolder({
      edit: (yaml) => yaml.replace(/port: \d+/, `port: ${taken.port}`),
    });
    const { code, stderr } = await vestibule(['--config', folder.configFile, 'run']).finished();
    expect([code, stderr]).toEqual([69, expect.stringContaining(String(taken.port))]);
    expect(stderr).toMatch(oneLine);
    expect(lastEvent(folder)).toBe('ControllerStopped');
  });

  it('on a disk that takes nothing ends with 74 and one sentence', async () => {
    const folder = await vestibuleFolder();
    const args = [
      '--fsize=1',
      process.execPath,
      'scripts/bin/vestibule.mjs',
      '--config',
      folder.configFile,
      'run',
    ];
    const { status, stderr } = spawnSync('prlimit', args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([74, expect.stringMatching(oneLine)]);
  });

  it('on the databases of a newer release ends with 78, touches nothing and says what to do', async () => {
    const folder = await vestibuleFolder();
    openStore(folder.stateDir, { now: () => 0 }).close();
    const db = new Database(join(folder.stateDir, 'events.db'));
    db.pragma('user_version = 99');
    db.close();
    const { code, stderr } = await vestibule(['--config', folder.configFile, 'run']).finished();
    expect([code, stderr]).toEqual([78, expect.stringContaining('events.db')]);
    expect(stderr).toMatch(oneLine);
  });
});

describe('on a Node that is too old', () => {
  const olderNode = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})`;
  it.each(['vestibule', 'vestibule-headend', 'vestibule-sim'])(
    '%s says which one it needs, and ends with 78',
    async (name) => {
      const started = new RunningCommand('--import', [olderNode, `scripts/bin/${name}.mjs`, '--help']);
      const { code, stdout, stderr } = await started.finished();
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toContain('Vestibule needs Node 26; this is 20.20.2.');
      expect(stderr).toContain('npx vestibule');
      expect(stderr).toMatch(oneLine);
    },
  );

  it('controller/main.ts says so too, before it loads anything', async () => {
    const started = new RunningCommand('--import', [olderNode, 'controller/main.ts', 'run']);
    const { code, stdout, stderr } = await started.finished();
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toContain('this is 20.20.2');
  });
});
