/** A backend in a process of its own, inside the emulated machine: `host-process.ts onoff|gpiod`, worked over IPC. */
import { loadOnoff, OnoffGpio } from '../../../drivers/gpio/onoff-gpio.ts';
import { GpioHost, type HostCall } from './gpio-host.ts';

const gpio = new OnoffGpio(loadOnoff());
const host = new GpioHost(gpio, (activity) => process.send?.(activity));
process.on('message', ({ id, call }: { id: number; call: HostCall }) => {
  process.send?.({ id, answer: host.answer(call) });
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
