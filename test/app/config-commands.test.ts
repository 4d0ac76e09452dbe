import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vestibule } from '../support/command.ts';
import { vestibuleFolder } from '../support/vestibule-folder.ts';

/** One sentence, or two, on one line of standard error. */
const oneLine = /^[^\n]+[.?]\n$/;

const wrong: readonly (readonly [string, string, string, string])[] = [
  ['an unknown key', 'keypadDoor: front', 'keypadDoor: front\n  colour: red', 'console.colour'],
  ['a misspelt key', 'showAnswerFor:', 'showAnswerfor:', 'console.showAnswerfor'],
  ['a wrong unit', '8s', '8 parsecs', 'console.showAnswerFor'],
  ['a duration without a unit', '8s', '8', 'console.showAnswerFor'],
  ['a port that cannot be', /port: \d+/.source, 'port: 123456', 'console.port'],
  ['a keypad at a door that is not there', 'keypadDoor: front', 'keypadDoor: frnt', 'console.keypadDoor'],
  ['an unknown hardware', 'hardware: simulated', 'hardware: magic', 'doors.front.hardware'],
];

describe('vestibule config check', () => {
  it('says that a good file is good', async () => {
    const { configFile } = await vestibuleFolder();
    const { code, stdout, stderr } = await vestibule(['--config', configFile, 'config', 'check']).finished();
    expect([code, stdout, stderr]).toEqual([0, `${configFile}: good, 3 doors`, '']);
  });

  it('counts one door as one', async () => {
    const { configFile } = await vestibuleFolder({
      edit: (yaml) => yaml.replace(/ {2}garage:\n[\s\S]*?\n\n/, '\n'),
    });
    const { stdout } = await vestibule(['--config', configFile, 'config', 'check']).finished();
    expect(stdout).toBe(`${configFile}: good, 1 door`);
  });

  it.each(wrong)('names the path of %s in one sentence', async (_, from, to, path) => {
    const { configFile } = await vestibuleFolder({ edit: (yaml) => yaml.replace(new RegExp(from), to) });
    const { code, stdout, stderr } = await vestibule(['--config', configFile, 'config', 'check']).finished();
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toContain(path);
    expect(stderr).toContain(configFile);
    expect(stderr).toMatch(oneLine);
  });

  it('names a file that is not there, and one to start from', async () => {
    const { configFile } = await vestibuleFolder();
    rmSync(configFile);
    const { code, stderr } = await vestibule(['--config', configFile, 'config', 'check']).finished();
    expect(code).toBe(78);
    expect(stderr).toContain(configFile);
    expect(stderr).toContain('config/examples/vestibule.yaml');
    expect(stderr).toMatch(oneLine);
  });
});

describe('vestibule run', () => {
  it('starts nothing with a wrong configuration', async () => {
    const { configFile, stateDir } = await vestibuleFolder({
      edit: (yaml) => yaml.replace('8s', '8 parsecs'),
    });
    const { code, stdout, stderr } = await vestibule(['--config', configFile, 'run']).finished();
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(oneLine);
    expect(existsSync(join(stateDir, 'events.db'))).toBe(false);
  });

  it('starts nothing without an identity, and names the missing file and the way out', async () => {
    const { configFile, stateDir } = await vestibuleFolder({ enrolled: false });
    const { code, stdout, stderr } = await vestibule(['--config', configFile, 'run']).finished();
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toContain(join(stateDir, 'identity', 'device.json'));
    expect(stderr).toMatch(/enrol/);
    expect(stderr).toMatch(oneLine);
    expect(existsSync(join(stateDir, 'events.db'))).toBe(false);
  });
});
