/** Every wired door of one controller: their common backend and their watchdog. */
import type { DoorId } from '../../controller/core/dataset.ts';
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

export type GpioDoorLines = Pick<GpioDoorParts, 'strike' | 'contacts'> & {
  /** The door whose fire input this one follows. */
  readonly fireWith?: DoorId;
};

export class GpioDoors {
  readonly #parts: GpioDoorsParts;
  readonly #watchdog: GpioWatchdog;
  /** By the door whose fire input they follow. */
  readonly #followers = new Map<DoorId, GpioDoor[]>();
  #gpio: Gpio | undefined;

  constructor(parts: GpioDoorsParts) {
    this.#parts = parts;
    this.#watchdog = new GpioWatchdog(parts.timers, parts.onWatchdogLost);
  }

  door({ fireWith, ...wiring }: GpioDoorLines & Pick<GpioDoorParts, 'door'>): GpioDoor {
    const { timers, monotonicMs } = this.#parts;
    const door = new GpioDoor({
      ...wiring,
      backend: () => this.#backend(),
      watchdog: this.#watchdog,
      timers,
      monotonicMs,
      onFire: (active) => {
        for (const follower of this.#followers.get(wiring.door) ?? []) follower.fireElsewhere(active);
      },
    });
    if (fireWith !== undefined)
      this.#followers.set(fireWith, [...(this.#followers.get(fireWith) ?? []), door]);
    return door;
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
