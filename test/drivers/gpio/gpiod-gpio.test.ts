import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildGpio } from '../../../scripts/build-gpio.ts';
import { benchInProcess, type GpioBench } from '../../support/gpio/gpio-bench.ts';
import { gpioContract } from '../../support/gpio/gpio-contract.ts';
import { GpiochipWorld } from '../../support/gpio/gpiochip-world.ts';

const host = new URL('../../support/gpio/host-process.ts', import.meta.url).pathname;
const relay = { chip: 'pinctrl-test', line: 17 };
const contact = { chip: 'expander', line: 4 };

/** node-libgpiod and Debian's libgpiod; below them, the requests to the kernel are answered by an emulation. */
async function gpiodMachine() {
  const world = await GpiochipWorld.start();
  const { bench, child } = await benchInProcess(world.inside([process.execPath, host, 'gpiod']), world.env);
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

gpioContract('gpiod', gpiodMachine);

describe('gpiod on character devices', () => {
  const machine = async (): Promise<{ world: GpiochipWorld; bench: GpioBench }> => {
    const made = await gpiodMachine();
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
