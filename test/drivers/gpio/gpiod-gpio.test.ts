import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildGpio } from '../../../scripts/build-gpio.ts';
import { benchInProcess, type GpioBench } from '../../support/gpio/gpio-bench.ts';
import { gpioContract } from '../../support/gpio/gpio-contract.ts';
import { GpiochipWorld } from '../../support/gpio/gpiochip-world.ts';

const host = new URL('../../support/gpio/host-process.ts', import.meta.url).pathname;
const relay = { chip: 'pinctrl-test', line: 17 };
const contact = { chip: 'expander', line: 4 };

/**
 * node-libgpiod and Debian's libgpiod; below them, the requests to the kernel are answered by an emulation. `before` it runs, a
 * script prepares the machine.
 */
async function gpiodMachine(before = '') {
  const world = await GpiochipWorld.start();
  const node = ['sh', '-c', `${before}\nexec "$@"`, 'sh', process.execPath, host, 'gpiod'];
  const { bench, child } = await benchInProcess(world.inside(node), world.env);
  return {
    world,
    bench,
    close: async () => {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
      await world[Symbol.asyncDispose]();
    },
  };
}

beforeAll(() => buildGpio(['gpiod']));

gpioContract('gpiod', () => gpiodMachine());

describe('gpiod on character devices', () => {
  const machine = async (before?: string): Promise<{ world: GpiochipWorld; bench: GpioBench }> => {
    const made = await gpiodMachine(before);
    onTestFinished(made.close);
    return made;
  };

  it('sees every edge of a line that stays longer than the sampling', async () => {
    const { world, bench } = await machine();
    const input = await bench.openInput(contact, { activeLow: false });
    for (let edge = 1; edge <= 100; edge++) {
      const high = edge % 2 === 1;
      await world.pull(contact, high);
      expect((await input.activity.next()).level).toBe(high);
    }
    expect(input.activity.left).toEqual([]);
  });

  it('says who has the line that it refuses', async () => {
    const { world, bench } = await machine();
    await world.spoil('hogged', relay);
    await expect(bench.openOutput(relay, { activeLow: false, active: false })).rejects.toMatchObject({
      code: 'lineBusy',
      message: 'line 17 of pinctrl-test is in use by "hog1"',
    });
  });

  it('reads back what it wrote, and says when the line does not follow', async () => {
    const { world, bench } = await machine();
    const output = await bench.openOutput(relay, { activeLow: false, active: false });
    await world.spoil('stuck', relay);
    await expect(output.set(true)).rejects.toMatchObject({ code: 'notAsWritten' });
    await output.close();
    await expect(bench.openOutput(relay, { activeLow: false, active: true })).rejects.toMatchObject({
      code: 'notAsWritten',
    });
  });

  it('says that a line has died, once, and lives on', async () => {
    const { world, bench } = await machine();
    const input = await bench.openInput(contact, { activeLow: false });
    const other = await bench.openInput(relay, { activeLow: false });
    await world.spoil('broken', contact);
    expect((await input.activity.next()).level).toBe('unreadable');
    await expect(input.read()).rejects.toMatchObject({ code: 'lineRefused' });
    await world.pull(relay, true);
    await other.activity.next();
    expect(input.activity.left).toEqual([]);
  });

  it('knows a chip once that has a second name, as on a Raspberry Pi 5, or a name that leads nowhere', async () => {
    const { world, bench } = await machine(
      'ln -s gpiochip0 /dev/gpiochip4; ln -s gone /dev/gpiochip5; test -c /dev/gpiochip4 || exit 1',
    );
    await bench.openOutput(relay, { activeLow: false, active: true });
    expect(await world.isHigh(relay)).toBe(true);
    await expect(bench.openInput({ chip: 'other', line: 0 }, { activeLow: false })).rejects.toMatchObject({
      message: expect.stringMatching(/^there is no chip other; this machine has (\w|-)+, (\w|-)+$/),
    });
  });

  it('says so where there is no chip', async () => {
    const world = await GpiochipWorld.start();
    const bare = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /dev && exec "$@"', 'sh'];
    const { bench, child } = await benchInProcess([...bare, process.execPath, host, 'gpiod'], world.env);
    onTestFinished(() => child.disconnect());
    await expect(bench.openInput(contact, { activeLow: false })).rejects.toMatchObject({
      code: 'backendUnusable',
      message: 'this machine has no /dev/gpiochip*',
    });
    await world[Symbol.asyncDispose]();
  });
});
