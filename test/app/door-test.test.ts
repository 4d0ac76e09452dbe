import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoorSeen } from '../../controller/door-test/protocol.ts';
import { type DoorUnderTest, momentMs, walkDoor } from '../../controller/door-test/walk.ts';
import { type Finished, type RunningCommand, sim, vestibule } from '../support/command.ts';
import { ensureUi } from '../support/console-ui.ts';
import { type VestibuleFolder, vestibuleFolder } from '../support/vestibule-folder.ts';

/** A controller that runs for all tests here: no dataset, no broker. */
const parent = mkdtempSync(join(tmpdir(), 'vestibule-door-test-'));
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

const command = (...args: readonly string[]): RunningCommand =>
  vestibule(['--config', folder.configFile, ...args]);
const play = (...args: readonly string[]): Promise<Finished> =>
  sim([...args, '--door', 'front', '--state', folder.stateDir]).finished();
const passed = (step: string) => ({ step, result: 'passed' });

describe('vestibule door test', () => {
  it('walks through a simulated door by itself, says so, and leaves an event', async () => {
    const { code, stdout } = await command('door', 'test', 'front', '--json').finished();
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ door: 'front', simulated: true, playedBy: 'command', passed: true },
      steps: [passed('strike'), passed('monitor'), passed('rex')],
    });
    expect(code).toBe(0);
    const { stdout: events } = await command('events', '--sentences').finished();
    expect(events).toContain('An installer has released front to test it.');
  });

  it('waits for the installer: who opens and shuts the door, and presses the button', async () => {
    const test = command('door', 'test', 'front', '--by-hand');
    await test.line((line) => line.includes('Door monitor: open the door'));
    await play('monitor', 'open');
    await test.line((line) => line.includes('The door is open: now shut it.'));
    await play('monitor', 'closed');
    await test.line((line) => line.includes('Exit: press the button'));
    await play('rex');
    const { code, stdout } = await test.finished();
    expect(stdout).toMatch(/strike +passed[\s\S]*monitor +passed[\s\S]*rex +passed[\s\S]*The door is well\./);
    expect(stdout).toContain('SIMULATED');
    expect(code).toBe(0);
  });

  it('fails a monitor that is wired the wrong way round', async () => {
    // The door is shut, and its monitor says that it is open.
    await play('monitor', 'open');
    const test = command('door', 'test', 'front', '--by-hand', '--wait', '1s');
    await test.line((line) => line.includes('says that the door is open: shut it, or correct `active`'));
    const { code, stdout } = await test.finished();
    await play('monitor', 'closed');
    expect(stdout).toMatch(/monitor +failed +The monitor says that the door is open/);
    expect(stdout).toContain('The door is not well yet.');
    expect(code).toBe(1);
  });

  it('says what never came, and ends with 1', async () => {
    const { code, stdout } = await command('door', 'test', 'front', '--by-hand', '--wait', '1s').finished();
    expect(stdout).toContain('The door monitor never said that the door is open');
    expect(stdout).toContain('No request to exit has come');
    expect(code).toBe(1);
  });

  it.each([
    [['door', 'test', 'attic'], 64, 'has no door "attic"; it has: front'],
    [['door', 'test', 'front', '--wait', 'soon'], 64, 'such as 60s'],
  ])('%j is refused in a sentence', async (args, exitCode, sentence) => {
    const { code, stderr } = await command(...args).finished();
    expect([code, stderr]).toEqual([exitCode, expect.stringContaining(sentence)]);
  });

  it('needs a running controller', async () => {
    const other = await vestibuleFolder();
    const { code, stderr } = await vestibule([
      '--config',
      other.configFile,
      'door',
      'test',
      'front',
    ]).finished();
    expect([code, stderr]).toEqual([69, expect.stringContaining('No controller answers')]);
  });
});

describe('a walk through a door', () => {
  const seen: DoorSeen = {
    ...{ kind: 'door', mode: 'Locked', released: false, open: false, leaving: false },
    ...{ simulated: false, hasMonitor: true, rex: 'release', accessTimeMs: 5_000 },
  };
  /** A door that says the same whatever happens. */
  const stubborn = (more: Partial<DoorSeen>, release?: string): DoorUnderTest => ({
    look: () => Promise.resolve({ ...seen, ...more }),
    release: () => Promise.resolve(release),
    say: () => {},
    moment: () => Promise.resolve(),
    patience: 5,
  });
  const sentences = async (door: DoorUnderTest) =>
    (await walkDoor(door)).map(({ sentence }) => sentence).join(' ');

  it.each<[string, Partial<DoorSeen>, string | undefined, string]>([
    ['does not release', {}, undefined, 'The lock did not release.'],
    ['is refused', {}, 'The disk refused the event.', 'The disk refused the event.'],
    ['stands unlocked', { mode: 'LockedOpen' }, undefined, 'only be tested while it is Locked'],
    ['never locks again', { released: true, hasMonitor: false }, undefined, 'did not lock again.'],
    ['has a contact that sticks', { released: true }, undefined, 'never said that the door is open'],
    ['is said to be open for ever', { released: true, open: true }, undefined, 'or correct `active`'],
    ['has a contact that says nothing', { released: true, open: undefined }, undefined, 'open or shut'],
    [
      'has a button that does not release',
      { hasMonitor: false, leaving: true },
      undefined,
      'The lock did not release.',
    ],
  ])('that %s says so', async (_, more, release, sentence) => {
    expect(await sentences(stubborn(more, release))).toContain(sentence);
  });

  interface Site {
    readonly accessTimeMs: number;
    readonly waitMs: number;
    readonly hasMonitor: boolean;
    /** What the monitor says of a door that is open. */
    readonly activeOpen: boolean;
  }
  /** A door and an installer who does as told, at a clock of their own. */
  function site({ accessTimeMs, waitMs, hasMonitor, activeOpen }: Site): DoorUnderTest {
    let nowMs = 0;
    let leafOpen = false;
    let releasedUntilMs = -1;
    let leavingUntilMs = -1;
    const releaseIt = (): void => {
      releasedUntilMs = nowMs + accessTimeMs;
    };
    return {
      look: () =>
        Promise.resolve({
          ...{ ...seen, hasMonitor, accessTimeMs, open: leafOpen === activeOpen },
          ...{ released: nowMs < releasedUntilMs, leaving: nowMs < leavingUntilMs },
        }),
      release: () => {
        releaseIt();
        return Promise.resolve(undefined);
      },
      say: (sentence) => {
        if (sentence.includes('open the door')) leafOpen = true;
        if (sentence.includes('shut it.')) leafOpen = false;
        if (!sentence.startsWith('Exit')) return;
        releaseIt();
        leavingUntilMs = nowMs + 500;
      },
      moment: () => {
        nowMs += momentMs;
        return Promise.resolve();
      },
      patience: waitMs / momentMs,
    };
  }
  const results = async (one: Site): Promise<string> =>
    (await walkDoor(site(one))).map(({ step, result }) => `${step} ${result}`).join(', ');

  it.each([1_000, 5_000, 60_000])(
    'waits for a lock as long as its access time of %i ms takes, whatever the patience',
    async (accessTimeMs) => {
      for (const waitMs of [1_000, 60_000]) {
        const one = { accessTimeMs, waitMs, activeOpen: true };
        expect(await results({ ...one, hasMonitor: true })).toBe('strike passed, monitor passed, rex passed');
        expect(await results({ ...one, hasMonitor: false })).toBe(
          'strike passed, monitor skipped, rex passed',
        );
      }
    },
  );

  it('fails a monitor that is wired the wrong way round, whatever the installer does', async () => {
    const one = { accessTimeMs: 5_000, waitMs: 5_000, hasMonitor: true, activeOpen: false };
    expect(await results(one)).toBe('strike passed, monitor failed, rex passed');
  });
});

describe('vestibule-sim', () => {
  it('breaks lines and moves contacts that alarm until they are mended', async () => {
    const front = async (): Promise<{ alarms: unknown; released: boolean } | undefined> => {
      const { stdout } = await command('status', '--json').finished();
      return (JSON.parse(stdout) as { doors: { alarms: unknown; released: boolean }[] }).doors[0];
    };
    const alarms = async (): Promise<unknown> => (await front())?.alarms;
    // What was released before is locked again.
    await expect.poll(async () => (await front())?.released).toBe(false);
    await play('tamper', 'on');
    await play('line', 'fire', 'cut');
    expect(await alarms()).toEqual(['DoorTamper', 'InputFault: fire']);
    expect((await command('status').finished()).stdout).toMatch(
      /(\w+): Unlocked, released, closed \(simulated\)\n +\1: ALARM: DoorTamper\n/,
    );
    await play('tamper', 'off');
    const { stdout } = await play('line', 'fire', 'sound');
    expect(stdout).toContain('The simulated strike is secured.');
    expect(await alarms()).toEqual([]);
  });
});
