import type { DoorId } from '../core/dataset.ts';
import type { Contact, LineFault } from '../core/door/state.ts';

export type DoorHardwareInput =
  /** The door monitor: whether the leaf stands open. */
  | { readonly kind: 'monitor'; readonly open: boolean }
  /** The lock monitor: whether the bolt is thrown (the magnet holds). */
  | { readonly kind: 'lockMonitor'; readonly locked: boolean }
  | { readonly kind: 'rex' | 'fire' | 'tamper'; readonly active: boolean }
  /** A supervised line's fault, and its end (`undefined`). The contact's next state follows by its own input. */
  | { readonly kind: 'line'; readonly contact: Contact; readonly fault: LineFault | undefined }
  /**
   * The hardware is unwell, whether or not it still obeys; `undefined`: well again. Where `settles` is `later`, what it refused
   * before is not held against it any more then.
   */
  | { readonly kind: 'fault'; readonly problem: string | undefined }
  /** The answer to the last `release` or `secure` where `settles` is `later`; elsewhere, that what was refused has come about. */
  | { readonly kind: 'obeyed'; readonly released: boolean }
  | { readonly kind: 'refused'; readonly released: boolean; readonly problem: string }
  /** Only where `opensUnasked`: the lock's own judgement, and its end. */
  | {
      readonly kind: 'alarm';
      readonly alarm: 'DoorForcedOpen' | 'DoorOpenTooLong';
      readonly active: boolean;
    };

/** How a door is released. A relay sets the same output for each; a lock that times itself has a command for each. */
export type Release =
  /** For one passage. The door says `secure` when it is over; said anew, the time begins anew. */
  | { readonly kind: 'passage'; readonly forMs: number; readonly extended: boolean }
  /** Until `secure`: unlocked by an operator or by its hours. */
  | { readonly kind: 'holdOpen' }
  /** Fire: until `secure`, over whatever the lock itself would do. */
  | { readonly kind: 'evacuate' };

/** `block`: shut also to credentials that the lock would accept by itself (Blocked, LockedDown). */
export type Secure = 'lock' | 'block';

/**
 * One door's outputs and inputs. After `start` returns the strike is in its safe state (its wiring says which); the door's
 * first order follows at once. What must hold of every driver:
 *
 * - `release` and `secure` return at once and are idempotent. They never wait: a driver that needs the network or another
 *   process (`settles: 'later'`) sends, returns, and tells the outcome as `obeyed` or `refused`. One that already knows that it
 *   cannot obey throws, whichever kind it is; the person is told at once then. Only the latest order counts.
 * - They speak of the door, not of current: the driver knows whether its lock is fail-secure or fail-safe.
 * - The listener may be called from anywhere, also from inside `start`, `release` and `secure`; never after `close`.
 * - A configured backend that cannot work reports `fault` or throws; it never becomes a simulated one.
 */
export interface DoorHardware {
  readonly door: DoorId;
  /** True where the parts are simulated; shown wherever the door is. */
  readonly simulated: boolean;
  readonly hasMonitor: boolean;
  /** `atOnce`: the output has been set when `release` or `secure` returns. */
  readonly settles: 'atOnce' | 'later';
  /** True for a lock that lets people in without asking (a card at a SALTO lock): nobody here can tell force from a card. */
  readonly opensUnasked: boolean;
  start(listener: (input: DoorHardwareInput) => void): void;
  /** Lets the door be opened. @throws when the hardware refuses, which makes the door faulty */
  release(how: Release): void;
  secure(how: Secure): void;
  /** Safe state, then nothing more. */
  close(): void;
}
