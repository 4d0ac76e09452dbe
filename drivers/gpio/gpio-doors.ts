/** Every wired door of one controller: their common backend and their watchdog. */
import type { Timers } from '../../controller/ports/clock.ts';
import type { Gpio, LineRef } from './gpio.ts';
import { GpioDoor, type GpioDoorParts } from './gpio-door.ts';
import { GpiodGpio, loadLibgpiod } from './gpiod-gpio.ts';
import { loadOnoff, OnoffGpio } from './onoff-gpio.ts';
import { lineNumber } from './sysfs-chips.ts';
import { GpioWatchdog } from './watchdog.ts';

type BackendName = 'onoff' | 'gpiod';

interface GpioDoorsParts {
  readonly backend: BackendName;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  /** The watchdog has ended, and is being started again. */
  readonly onWatchdogLost: () => void;
}

export class GpioDoors {
  readonly #parts: GpioDoorsParts;
  readonly #watchdog: GpioWatchdog;
  #gpio: Gpio | undefined;

  constructor(parts: GpioDoorsParts) {
    this.#parts = parts;
    this.#watchdog = new GpioWatchdog(parts.timers, parts.onWatchdogLost);
  }

  door(wiring: Pick<GpioDoorParts, 'door' | 'strike' | 'contacts'>): GpioDoor {
    const { timers, monotonicMs } = this.#parts;
    return new GpioDoor({
      ...wiring,
      backend: () => this.#backend(),
      watchdog: this.#watchdog,
      timers,
      monotonicMs,
    });
  }

  /** After every door has been closed. */
  close(): void {
    this.#gpio?.close();
    this.#watchdog.close();
  }

  /** Loaded when the first door asks, and asked for again until it can be loaded. @throws GpioFault */
  #backend(): Gpio {
    this.#gpio ??= openBackend(this.#parts);
    return this.#gpio;
  }
}

/** @throws GpioFault where its package was not built */
function openBackend({ backend, timers }: GpioDoorsParts): Gpio {
  switch (backend) {
    case 'onoff':
      return new OnoffGpio(loadOnoff());
    case 'gpiod':
      return new GpiodGpio(loadLibgpiod(), timers);
    default:
      return backend satisfies never;
  }
}

/**
 * Looks for lines without opening any, beside a controller that may have them open.
 * @returns asks for one line: @throws GpioFault. onoff cannot tell that a line is in use.
 * @throws GpioFault where the package was not built
 */
export function lineProbe(backend: BackendName, timers: Timers): (ref: LineRef) => void {
  if (backend === 'onoff') {
    loadOnoff();
    return lineNumber;
  }
  const gpiod = new GpiodGpio(loadLibgpiod(), timers);
  return (ref) => gpiod.probe(ref);
}
