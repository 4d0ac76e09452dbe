import type { DoorHardware, DoorHardwareInput, Release, Secure } from './ports/door-hardware.ts';

/** What a fire alarm input says, or its line. */
export type FireInput = Extract<DoorHardwareInput, { kind: 'rex' | 'fire' | 'tamper' | 'line' }>;

const isFire = (input: DoorHardwareInput): input is FireInput =>
  input.kind === 'fire' || (input.kind === 'line' && input.contact === 'fire');

/** A door's hardware as it is; what its fire alarm input says is heard by other doors, too. */
export class FireTap implements DoorHardware {
  readonly #hardware: DoorHardware;
  readonly #hear: (input: FireInput) => void;

  constructor(hardware: DoorHardware, hear: (input: FireInput) => void) {
    this.#hardware = hardware;
    this.#hear = hear;
  }

  get door(): DoorHardware['door'] {
    return this.#hardware.door;
  }

  get simulated(): boolean {
    return this.#hardware.simulated;
  }

  get hasMonitor(): boolean {
    return this.#hardware.hasMonitor;
  }

  get settles(): DoorHardware['settles'] {
    return this.#hardware.settles;
  }

  get opensUnasked(): boolean {
    return this.#hardware.opensUnasked;
  }

  start(listener: (input: DoorHardwareInput) => void): void {
    this.#hardware.start((input) => {
      listener(input);
      if (isFire(input)) this.#hear(input);
    });
  }

  release(how: Release): void {
    this.#hardware.release(how);
  }

  secure(how: Secure): void {
    this.#hardware.secure(how);
  }

  close(): void {
    this.#hardware.close();
  }
}
