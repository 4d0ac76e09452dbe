import type { Logger } from 'pino';
import type { ControllerConfig } from '../config/load.ts';
import { GpioDoors } from '../drivers/gpio/gpio-doors.ts';
import { SimulatedDoor } from '../drivers/sim/simulated-door.ts';
import type { DoorRuntimeParts } from './app/door-runtime.ts';
import type { DoorId } from './core/dataset.ts';
import { gpioReactions, gpioWiring } from './gpio-wiring.ts';
import type { Timers } from './ports/clock.ts';
import type { DoorHardware } from './ports/door-hardware.ts';
import type { SaltoLog } from './ports/salto.ts';
import { SaltoDoors } from './salto-doors.ts';

export type DoorWiringConfig = ControllerConfig['doors'][string];

/** The configured doors' hardware: simulated, on lines of this computer, or behind a SALTO server. */
export class HardwareOfDoors {
  /** The simulated ones so far, for whoever plays with them. */
  readonly simulated = new Map<DoorId, SimulatedDoor>();
  readonly #gpio: GpioDoors | undefined;
  readonly #salto: SaltoDoors | undefined;

  constructor(
    { gpio, salto }: Pick<ControllerConfig, 'gpio' | 'salto'>,
    parts: {
      readonly saltoLog: SaltoLog;
      readonly timers: Timers;
      readonly monotonicMs: () => number;
      readonly log: Logger;
    },
  ) {
    const { saltoLog, timers, monotonicMs, log } = parts;
    this.#salto = salto && new SaltoDoors(salto, { saltoLog, timers, log });
    this.#gpio =
      gpio &&
      new GpioDoors({
        ...{ backend: gpio.backend, timers, monotonicMs },
        onWatchdogLost: () => log.error('the watchdog of the outputs has ended; it is started again'),
      });
  }

  /** @param saltoId what the door's row says that SALTO calls it */
  of(id: DoorId, wiring: DoorWiringConfig, saltoId: () => string | undefined): DoorHardware {
    switch (wiring.hardware) {
      case 'simulated': {
        const door = new SimulatedDoor(id, wiring.monitor);
        this.simulated.set(id, door);
        return this.#salto?.heard(door) ?? door;
      }
      case 'gpio': {
        if (this.#gpio === undefined)
          throw new TypeError(`${id} is on lines whose backend is not configured`);
        const door = this.#gpio.door({ door: id, ...gpioWiring(wiring) });
        return this.#salto?.heard(door) ?? door;
      }
      case 'salto':
        if (this.#salto === undefined)
          throw new TypeError(`${id} is behind a SALTO server that is not configured`);
        return this.#salto.door(id, wiring, saltoId);
      default:
        return wiring satisfies never;
    }
  }

  /** Keeps the connection to SALTO until `signal` is aborted; see `SaltoDoors`. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#salto?.run(signal);
  }

  /** After the doors: every output is in its safe state. */
  close(): void {
    this.#gpio?.close();
  }
}

/** What a door's inputs do. A lock behind SALTO lets people out by itself, and has no input but one that it shares. */
export function reactionsOf(wiring: DoorWiringConfig): DoorRuntimeParts['wiring'] {
  if (wiring.hardware === 'gpio') return gpioReactions(wiring);
  if (wiring.hardware === 'simulated') return wiring;
  return { rex: 'report', fire: wiring.fireWith === undefined ? 'ignore' : 'release' };
}
