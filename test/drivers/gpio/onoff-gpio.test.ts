import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildGpio } from '../../../scripts/build-gpio.ts';
import { benchInProcess, type GpioBench } from '../../support/gpio/gpio-bench.ts';
import { gpioContract } from '../../support/gpio/gpio-contract.ts';
import { SysfsWorld } from '../../support/gpio/sysfs-world.ts';

const host = new URL('../../support/gpio/host-process.ts', import.meta.url).pathname;
const relay = { chip: 'pinctrl-test', line: 17 };
const contact = { chip: 'expander', line: 4 };

/** onoff as npm delivers it, in a machine with an emulated /sys/class/gpio. */
async function onoffMachine() {
  const world = await SysfsWorld.start();
  const { bench, child } = await benchInProcess(world.inside([process.execPath, host, 'onoff']));
  return {
    world,
    bench,
    close: async () => {
      child.disconnect();
      await world[Symbol.asyncDispose]();
    },
  };
}

beforeAll(() => buildGpio(['onoff']));

gpioContract('onoff', onoffMachine);

describe('onoff on sysfs', () => {
  const machine = async (): Promise<{ world: SysfsWorld; bench: GpioBench }> => {
    const made = await onoffMachine();
    onTestFinished(made.close);
    return made;
  };

  it('sees 1,000 edges without a loss', async () => {
    const { world, bench } = await machine();
    const input = await bench.openInput(contact, { activeLow: false });
    for (let edge = 1; edge <= 1_000; edge++) {
      const high = edge % 2 === 1;
      await world.pull(contact, high);
      expect((await input.activity.next()).level).toBe(high);
    }
    expect(input.activity.left).toEqual([]);
  });

  it('takes over a relay that a crash has left energised, in one write and without a twitch', async () => {
    const { world, bench } = await machine();
    await world.run('echo 529 > export; echo high > gpio529/direction');
    await world.outputs.next();
    const output = await bench.openOutput(relay, { activeLow: false, active: true });
    expect(world.outputs.left).toEqual([]);
    await output.close();
    await bench.openOutput(relay, { activeLow: false, active: false });
    expect(await world.outputs.next()).toEqual({ number: 529, high: false });
    expect(world.outputs.left).toEqual([]);
  });

  it('leaves an output driven as it stood when it lets go of it', async () => {
    const { world, bench } = await machine();
    const output = await bench.openOutput(relay, { activeLow: true, active: true });
    await output.set(false);
    await bench.closeAll();
    await world.run('test "$(cat gpio529/direction gpio529/value | xargs)" = "out 1"');
  });

  it.each([
    ['active low', 'echo 1 > gpio529/active_low'],
    ['an output that is watched', 'echo low > gpio529/direction'],
  ])('sets right what another program has left as %s', async (_, left) => {
    const { world, bench } = await machine();
    await world.run(`echo 529 > export; ${left}`);
    const input = await bench.openInput(relay, { activeLow: false });
    await world.pull(relay, true);
    await input.activity.next(({ level }) => level === true);
    expect(await input.read()).toBe(true);
  });

  it('refuses an exported line whose direction will not change, as onoff would not', async () => {
    const { world, bench } = await machine();
    await world.run('echo 529 > export');
    await world.spoil('fixed', relay);
    await expect(bench.openOutput(relay, { activeLow: false, active: true })).rejects.toMatchObject({
      code: 'notAsWritten',
    });
  });

  it('refuses a line that the kernel has given to a driver', async () => {
    const { world, bench } = await machine();
    await world.spoil('busy', relay);
    await expect(bench.openOutput(relay, { activeLow: false, active: false })).rejects.toMatchObject({
      code: 'lineBusy',
      message: 'line 17 of pinctrl-test is in use by a driver of the kernel',
    });
  });

  it('reads back what it wrote, and says when the line does not follow', async () => {
    const { world, bench } = await machine();
    const output = await bench.openOutput(relay, { activeLow: false, active: false });
    await world.spoil('stuck', relay);
    await expect(output.set(true)).rejects.toMatchObject({ code: 'notAsWritten' });
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

  it('says so where the kernel has no such interface', async () => {
    const bare = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /sys/class && exec "$@"', 'sh'];
    const { bench, child } = await benchInProcess([...bare, process.execPath, host, 'onoff']);
    onTestFinished(() => child.disconnect());
    await expect(bench.openInput(contact, { activeLow: false })).rejects.toMatchObject({
      code: 'backendUnusable',
      message: 'this kernel offers no /sys/class/gpio',
    });
  });
});
