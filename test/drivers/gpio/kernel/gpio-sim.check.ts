/** Both backends on a real kernel's gpio-sim: a check before a release (docs/gpio.md), as few machines have that module. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { benchInProcess } from '../../../support/gpio/gpio-bench.ts';
import { gpioContract } from '../../../support/gpio/gpio-contract.ts';
import { GpioSimWorld } from '../../../support/gpio/gpio-sim-world.ts';

const host = new URL('../../../support/gpio/host-process.ts', import.meta.url).pathname;

const onKernel = (backend: 'onoff' | 'gpiod') => async () => {
  const world = await GpioSimWorld.start(['pinctrl-test', 'expander']);
  const { bench, child } = await benchInProcess([process.execPath, host, backend]);
  return {
    world,
    bench,
    close: async () => {
      child.disconnect();
      await world.rest();
    },
  };
};

gpioContract('onoff on a kernel', onKernel('onoff'));
gpioContract('gpiod on a kernel', onKernel('gpiod'));

describe.each(['onoff', 'gpiod'] as const)('%s on a kernel', (backend) => {
  it('sees 1,000 edges without a loss', async () => {
    const { world, bench, close } = await onKernel(backend)();
    onTestFinished(close);
    const contact = { chip: 'expander', line: 4 };
    const input = await bench.openInput(contact, { activeLow: false });
    for (let edge = 1; edge <= 1_000; edge++) {
      const high = edge % 2 === 1;
      await world.pull(contact, high);
      expect((await input.activity.next()).level).toBe(high);
    }
    expect(input.activity.left).toEqual([]);
    await bench.closeAll();
  });

  it('refuses a line that a driver of the kernel has', async () => {
    const { bench, close } = await onKernel(backend)();
    onTestFinished(close);
    await expect(
      bench.openOutput({ chip: 'pinctrl-test', line: 5 }, { activeLow: false, active: false }),
    ).rejects.toMatchObject({ code: 'lineBusy' });
  });
});
