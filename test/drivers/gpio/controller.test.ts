import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControllerStatus } from '../../../controller/ports/lobby.ts';
import { openEventReader } from '../../../controller/store/read-events.ts';
import { buildGpio } from '../../../scripts/build-gpio.ts';
import { RunningCommand, vestibule } from '../../support/command.ts';
import { ensureUi } from '../../support/console-ui.ts';
import { forThisTest } from '../../support/for-this-test.ts';
import { GpiochipWorld } from '../../support/gpio/gpiochip-world.ts';
import { SysfsWorld } from '../../support/gpio/sysfs-world.ts';
import { type VestibuleFolder, vestibuleFolder } from '../../support/vestibule-folder.ts';

const relay = { chip: 'pinctrl-test', line: 17 };
const button = { chip: 'expander', line: 4 };
const panel = { chip: 'expander', line: 6 };
const magnet = { chip: 'expander', line: 5 };
const doors = `doors:
  front:
    hardware: gpio
    strike: {chip: pinctrl-test, line: 17, failMode: fail-secure}
    rex: {chip: expander, line: 4, debounce: 150ms, does: release}
    fire: {chip: expander, line: 6, does: release}
  garage:
    hardware: gpio
    strike: {chip: expander, line: 5, failMode: fail-safe, safeState: secured}
    fireWith: front
`;

const folderOf = (backend: 'onoff' | 'gpiod'): Promise<VestibuleFolder> =>
  vestibuleFolder({
    edit: (yaml) =>
      yaml.replace(
        /doors:\n[\s\S]*?\n# What calls[\s\S]*?\nlog/,
        `gpio: {backend: ${backend}}\n${doors}\nlog`,
      ),
  });

beforeAll(async () => {
  buildGpio(['onoff']);
  await ensureUi();
});

/** The whole controller on a machine with an emulated /sys/class/gpio. */
describe('a controller with wired doors', () => {
  let folder: VestibuleFolder;
  let world: SysfsWorld;
  beforeEach(async () => {
    folder = await folderOf('onoff');
    world = await SysfsWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const start = async (through = world.inside([])): Promise<RunningCommand> => {
    const run = ['--config', folder.configFile, 'run'];
    const controller = forThisTest(new RunningCommand('scripts/bin/vestibule.mjs', run, { through }));
    await controller.line((line) => line.includes('"controller is up"'));
    return controller;
  };
  /** Somebody presses the button at the exit: the relay has moved when this resolves. */
  const walkOut = async (): Promise<void> => {
    await world.pull(button, true);
    await world.outputs.next(({ number, high }) => number === 529 && high);
  };
  const fallen = (): Promise<unknown> => world.outputs.next(({ number, high }) => number === 529 && !high);

  it('lets its outputs fall to the safe state when it is killed, whatever its group was told before', async () => {
    const controller = await start();
    await walkOut();
    const watchdog = await watchdogOf(controller);
    await untilDeaf(watchdog);
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.kill(watchdog, signal);
    await controller.kill('SIGKILL');
    await fallen();
    expect(await world.isHigh(relay)).toBe(false);
    // A magnet that is to stay secured was energised all the time.
    expect(await world.isHigh(magnet)).toBe(true);
  });
  it.each(['SIGTERM', 'SIGINT'] as const)('leaves its outputs safe, and driven, on %s', async (signal) => {
    const controller = await start();
    await walkOut();
    await controller.kill(signal);
    await fallen();
    expect(await world.isHigh(magnet)).toBe(true);
    await world.run('test "$(cat gpio529/direction gpio605/direction | xargs)" = "out out"');
  });

  it('releases every door that follows a fire input, at its start and while it runs', async () => {
    await world.pull(panel, true);
    await start();
    const next = async (high: boolean): Promise<void> => {
      // The strike is energised to release, the magnet to hold.
      await world.outputs.next((one) => one.number === 529 && one.high === high);
      await world.outputs.next((one) => one.number === 605 && one.high === !high);
    };
    await next(true);
    await world.pull(panel, false);
    await next(false);
    await world.pull(panel, true);
    await next(true);
  });

  it('brings its outputs to the safe state when it starts, whatever it finds', async () => {
    await world.run('echo 529 > export; echo high > gpio529/direction; echo 605 > export');
    await start();
    await fallen();
    expect(await world.isHigh(magnet)).toBe(true);
  });

  it('starts another watchdog when somebody has ended it', async () => {
    const controller = await start();
    await walkOut();
    process.kill(await watchdogOf(controller), 'SIGKILL');
    await controller.line((line) => line.includes('the watchdog of the outputs has ended'));
    const { promise: again, resolve } = Promise.withResolvers<void>();
    const looking = setInterval(
      () =>
        void watchdogOf(controller).then(
          () => resolve(),
          () => {},
        ),
      50,
    );
    await again;
    clearInterval(looking);
    await controller.kill('SIGKILL');
    await fallen();
  });

  it('shows doors as faulty, and not as simulated, where the backend cannot work, and runs', async () => {
    const bare = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /sys/class && exec "$@"', 'sh'];
    await start(bare);
    const { stdout } = await vestibule(['--config', folder.configFile, 'status', '--json']).finished();
    const { doors } = JSON.parse(stdout) as { doors: Record<string, unknown>[] };
    expect(doors).toMatchObject([
      {
        id: 'front',
        simulated: false,
        fault: expect.stringContaining('this kernel offers no /sys/class/gpio'),
      },
      { id: 'garage', simulated: false, fault: expect.stringContaining('relay: ') },
    ]);
  });

  it('commits a bounded number of events for a contact that flips 500 times a second, and stays up', async () => {
    // So that a busy machine's pauses are none of the contact's.
    const yaml = await readFile(folder.configFile, 'utf8');
    await writeFile(folder.configFile, yaml.replace('debounce: 150ms', 'debounce: 950ms'));
    const controller = await start();
    const isFaulty = async (): Promise<boolean> => {
      const response = await fetch(`http://127.0.0.1:${folder.port}/api/status`);
      return ((await response.json()) as ControllerStatus).doors[0]?.fault !== undefined;
    };
    const enough = new AbortController();
    const flip = async (): Promise<void> => {
      for (let high = true; !enough.signal.aborted; high = !high) {
        await world.pull(button, high);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const flipping = flip();
    while (!(await isFaulty())) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    enough.abort();
    await flipping;
    await controller.kill('SIGTERM');
    const reader = openEventReader(folder.stateDir);
    const bodies =
      reader?.after(0, 1_000).map(({ body }) => JSON.parse(body) as Record<string, unknown>) ?? [];
    reader?.close();
    const ofTheDoor = bodies.filter(({ door }) => door === 'front');
    expect(ofTheDoor).toContainEqual(
      expect.objectContaining({
        type: 'DoorFault',
        problem: 'request to exit: line 4 of expander chatters; look for a loose wire',
      }),
    );
    expect(ofTheDoor.length).toBeLessThan(10);
  });
});

describe('a controller with wired doors on character devices', () => {
  it('lets its outputs fall to the safe state when it is killed', async () => {
    buildGpio(['gpiod']);
    const folder = await folderOf('gpiod');
    const world = forThisTest(await GpiochipWorld.start());
    const [through, env] = [world.inside([]), stringsOf(world.env)];
    const run = ['--config', folder.configFile, 'run'];
    const controller = forThisTest(new RunningCommand('scripts/bin/vestibule.mjs', run, { through, env }));
    await controller.line((line) => line.includes('"controller is up"'));
    expect(await world.isHigh(magnet)).toBe(true);
    await world.pull(button, true);
    await untilRelay(world, true);
    await controller.kill('SIGKILL');
    await untilRelay(world, false);
    expect(await world.isHigh(magnet)).toBe(true);
  });
});

/** The emulation is a file: nobody tells of its changes. */
async function untilRelay(world: GpiochipWorld, high: boolean): Promise<void> {
  while ((await world.isHigh(relay)) !== high) await new Promise((resolve) => setTimeout(resolve, 10));
}

const stringsOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** The process id of a controller's watchdog. */
async function watchdogOf({ pid }: RunningCommand): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .trim()
    .split(' ')
    .map(Number);
  for (const child of children) {
    // Another one may end meanwhile, such as the question about the clock.
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('watchdog.sh')) return child;
  }
  throw new Error('there is no watchdog');
}

/** A shell that was only just started has not come to its first line. */
async function untilDeaf(watchdog: number): Promise<void> {
  const hupIntTerm = 0x4003;
  for (;;) {
    const [, ignored = ''] =
      /^SigIgn:\s*[0-9a-f]*([0-9a-f]{4})$/m.exec(await readFile(`/proc/${watchdog}/status`, 'utf8')) ?? [];
    if ((Number.parseInt(ignored, 16) & hupIntTerm) === hupIntTerm) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
