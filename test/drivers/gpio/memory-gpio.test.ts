import { MemoryGpio } from '../../../drivers/gpio/memory-gpio.ts';
import { GpioBench } from '../../support/gpio/gpio-bench.ts';
import { gpioContract } from '../../support/gpio/gpio-contract.ts';
import { GpioHost } from '../../support/gpio/gpio-host.ts';

gpioContract('memory', async () => {
  const gpio = new MemoryGpio({ 'pinctrl-test': 32, expander: 32 });
  const host = new GpioHost(gpio, (activity) => bench.onActivity(activity));
  const bench = new GpioBench(async (call) => host.answer(call));
  return {
    bench,
    world: {
      pull: async (ref, high) => gpio.pull(ref, high),
      isHigh: async (ref) => gpio.isHigh(ref),
    },
    close: async () => {},
  };
});
