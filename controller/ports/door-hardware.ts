import type { DoorId } from '../core/dataset.ts';

export type DoorHardwareInput =
  | { readonly kind: 'monitor'; readonly open: boolean }
  | { readonly kind: 'rex'; readonly active: boolean }
  | { readonly kind: 'fire'; readonly active: boolean }
  | { readonly kind: 'fault'; readonly problem: string | undefined };

/**
 * One door's outputs and inputs. After `start` returns the strike is in its safe state. `release` and `secure` are
 * idempotent and return when the output has been set; they throw when the hardware refuses, which makes the door
 * faulty. A configured backend that cannot work reports `fault`; it never becomes a simulated one.
 */
export interface DoorHardware {
  readonly door: DoorId;
  /** True where the parts are simulated; shown wherever the door is. */
  readonly simulated: boolean;
  readonly hasMonitor: boolean;
  start(listener: (input: DoorHardwareInput) => void): void;
  /** Lets the door be opened (energises a fail-secure strike). */
  release(): void;
  secure(): void;
  /** Safe state, then nothing more. */
  close(): void;
}
