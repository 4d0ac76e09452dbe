import type { DoorId } from '../../controller/core/dataset.ts';
import type { DoorHardware, DoorHardwareInput } from '../../controller/ports/door-hardware.ts';

/** A door that exists in memory only: strike, door monitor, REX and fire input. It says `simulated` wherever it shows. */
export class SimulatedDoor implements DoorHardware {
  readonly simulated = true;
  readonly settles = 'atOnce';
  readonly opensUnasked = false;
  readonly door: DoorId;
  readonly hasMonitor: boolean;
  #listener: ((input: DoorHardwareInput) => void) | undefined;
  #released = false;

  constructor(door: DoorId, hasMonitor: boolean) {
    this.door = door;
    this.hasMonitor = hasMonitor;
  }

  start(listener: (input: DoorHardwareInput) => void): void {
    this.#listener = listener;
    this.#released = false;
    if (this.hasMonitor) listener({ kind: 'monitor', open: false });
  }

  release(): void {
    this.#released = true;
  }

  secure(): void {
    this.#released = false;
  }

  close(): void {
    this.#released = false;
    this.#listener = undefined;
  }

  get released(): boolean {
    return this.#released;
  }

  /** Plays an input as the wires would bring it. */
  play(input: DoorHardwareInput): void {
    this.#listener?.(input);
  }
}
