import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerStatus } from '../../controller/ports/lobby.ts';
import { type Finished, type RunningCommand, sim, vestibule } from '../support/command.ts';
import { ensureUi } from '../support/console-ui.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

/** A controller that runs for all tests here: no dataset, no broker. */
const parent = mkdtempSync(join(tmpdir(), 'vestibule-commands-'));
let folder: VestibuleFolder;
let controller: RunningCommand;
beforeAll(async () => {
  await ensureUi();
  folder = await vestibuleFolder({ folder: parent });
  controller = vestibule(['run', '--config', folder.configFile]);
  await controller.line((line) => line.includes('"controller is up"'));
});
afterAll(async () => {
  await controller[Symbol.asyncDispose]();
  rmSync(parent, { recursive: true, force: true });
});

const command = (...args: readonly string[]): Promise<Finished> =>
  vestibule(['--config', folder.configFile, ...args]).finished();
const play = (...args: readonly string[]): Promise<Finished> =>
  sim([...args, '--state', folder.stateDir]).finished();
const jsonLines = ({ stdout }: Finished): readonly { seq: number; hash: string; event: { type: string } }[] =>
  stdout.split('\n').map((line) => JSON.parse(line) as never);

describe('vestibule status', () => {
  it('says how the running controller stands, to people and as JSON', async () => {
    const { code, stdout } = await command('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^console-1 in maple-court, vestibule\//);
    expect(stdout).toContain('door     front: Locked, secured, closed (simulated)');
    const status = JSON.parse((await command('status', '--json')).stdout) as ControllerStatus;
    expect(status).toMatchObject({ device: 'console-1', link: { session: false }, dataset: { seq: 0 } });
    expect(status.doors.map(({ id }) => id)).toEqual(['front', 'garage', 'gym']);
  });

  it('ends with 69 where no controller runs, and says how to start one', async () => {
    const { configFile, port } = await vestibuleFolder();
    const { code, stdout, stderr } = await vestibule(['--config', configFile, 'status', '--json']).finished();
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toContain(`No controller answers on port ${port}`);
    expect(stderr).toContain('vestibule run');
  });
});

describe('vestibule events', () => {
  it('prints the log from the first event on, one to a line', async () => {
    const { code, stdout } = await command('events');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^ +1 {2}\S+Z {2}ControllerStarted/);
    // What happened, not only that something did.
    expect(stdout).toMatch(/DoorMonitor {2}at front {2}open=false/);
  });

  it('prints JSON lines with seq, hash and event, and only those after the one that is named', async () => {
    const all = jsonLines(await command('events', '--json'));
    expect(all[0]).toMatchObject({ seq: 1, event: { type: 'ControllerStarted' } });
    expect(all[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    const after = jsonLines(await command('events', '--json', '--after', '1'));
    expect(after.slice(0, all.length - 1)).toEqual(all.slice(1));
  });

  it('follows what happens until it is told to end', async () => {
    const following = forThisTest(vestibule(['--config', folder.configFile, 'events', '--json', '--follow']));
    await following.line((line) => line.includes('ControllerStarted'));
    await play('tag', 'NOBODY 1', '--door', 'garage');
    await following.line((line) => line.includes('AccessDenied') && line.includes('garage'));
    expect((await following.kill('SIGTERM')).code).toBe(0);
  });

  it('ends with 69 where no controller has ever run', async () => {
    const { configFile } = await vestibuleFolder();
    const { code, stderr } = await vestibule(['--config', configFile, 'events']).finished();
    expect([code, stderr]).toEqual([69, expect.stringContaining('no event log yet')]);
  });
});

describe('vestibule-sim', () => {
  it('prints the decision, the reason and the event’s seq; a denial is an answer, not a failure', async () => {
    const { code, stdout } = await play('code', '12345678', '--door', 'front', '--json');
    expect(code).toBe(0);
    const reply = JSON.parse(stdout) as { seq: number };
    expect(reply).toMatchObject({ outcome: 'deny', reason: 'unknownCredential', released: false });
    const [event] = jsonLines(await command('events', '--json', '--after', String(reply.seq - 1)));
    expect(event).toMatchObject({ seq: reply.seq, event: { type: 'AccessDenied', door: 'front' } });
  });

  it('plays the wires', async () => {
    const held = await play('rex', '--held', '--door', 'front');
    expect([held.code, held.stdout]).toEqual([0, 'The simulated strike is released.']);
    const { doors } = JSON.parse((await command('status', '--json')).stdout) as ControllerStatus;
    expect(doors[0]).toMatchObject({ id: 'front', released: true });
    expect((await play('rex', '--off', '--door', 'front')).code).toBe(0);
    const opened = await play('monitor', 'open', '--door', 'garage', '--json');
    expect(JSON.parse(opened.stdout)).toEqual({ released: false });
  });

  it('ends with 64 for a door that is not there, and names those that are', async () => {
    const { code, stdout, stderr } = await play('code', '12345678', '--door', 'attic');
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toBe('there is no simulated door "attic"; this controller has: front, garage, gym\n');
  });

  it('ends with 64 for something that is no code, without showing it', async () => {
    const { code, stderr } = await play('code', '1234x678', '--door', 'front');
    expect([code, stderr]).toEqual([64, 'a code is 1 to 12 digits\n']);
  });

  it('ends with 69 where no controller answers', async () => {
    const { stateDir } = await vestibuleFolder();
    const { code, stderr } = await sim(['rex', '--door', 'front', '--state', stateDir]).finished();
    expect([code, stderr]).toEqual([69, expect.stringContaining(stateDir)]);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['vestibule', ['fly']],
    ['vestibule', ['status', '--colour']],
    ['vestibule', ['events', '--after', 'yesterday']],
    ['vestibule', ['events', '--after', '-1']],
    ['vestibule', ['events', '--after', '1.5']],
    ['vestibule-sim', ['code', '12345678']],
    ['vestibule-sim', ['monitor', 'ajar', '--door', 'front']],
    ['vestibule-sim', ['card', 'a1b2c3', '--bits', '300', '--door', 'front']],
  ])('of %s ends with 64 and says why: %j', async (name, args) => {
    const { code, stdout, stderr } = name === 'vestibule' ? await command(...args) : await play(...args);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).not.toBe('');
    expect(stderr).not.toContain('    at ');
  });

  it.each([['vestibule'], ['vestibule-sim']])('is helped by %s --help, which is no failure', async (name) => {
    const { code, stdout } = await (name === 'vestibule' ? vestibule : sim)(['--help']).finished();
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes:');
  });
});
