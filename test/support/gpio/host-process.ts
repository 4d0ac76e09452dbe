/** A backend in a process of its own, inside the emulated machine: `host-process.ts onoff|gpiod`, worked over IPC. */
import { systemTimers } from '../../../controller/app/system-clock.ts';
import { GpiodGpio, loadLibgpiod } from '../../../drivers/gpio/gpiod-gpio.ts';
import { loadOnoff, OnoffGpio } from '../../../drivers/gpio/onoff-gpio.ts';
import { GpioHost, type HostCall } from './gpio-host.ts';

const gpio =
  process.argv[2] === 'onoff' ? new OnoffGpio(loadOnoff()) : new GpiodGpio(loadLibgpiod(), systemTimers);
const host = new GpioHost(gpio, (activity) => process.send?.(activity));
process.on('message', ({ id, call }: { id: number; call: HostCall }) => {
  process.send?.({ id, answer: host.answer(call) });
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
