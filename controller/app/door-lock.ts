import { releases } from '../core/door/modes.ts';
import type { DoorOrder } from '../core/door/state.ts';
import type { DoorHardware } from '../ports/door-hardware.ts';

/** What became of an order, as far as it is known when `order` returns. */
interface Refusal {
  readonly released: boolean;
  readonly problem: string;
}

/**
 * One door's lock as its hardware has obeyed: what was ordered last, how it stands, and what is wrong with it. It orders and
 * never waits.
 */
export class DoorLock {
  readonly #hardware: DoorHardware;
  readonly #onFault: (fault: string | undefined, before: string | undefined) => void;
  #refusal: Refusal | undefined;
  /** What the hardware says of itself. */
  #reported: string | undefined;
  #fault: string | undefined;
  #released = false;
  #activations = 0;
  #turnedDown = false;

  constructor(
    hardware: DoorHardware,
    onFault: (fault: string | undefined, before: string | undefined) => void,
  ) {
    this.#hardware = hardware;
    this.#onFault = onFault;
  }

  /** As far as the hardware has obeyed. */
  get released(): boolean {
    return this.#released;
  }

  /** How often it was released since the start. */
  get activations(): number {
    return this.#activations;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  /** The last order was to release, and was refused: the door cannot be opened from here now. */
  get refusesRelease(): boolean {
    return this.#turnedDown && this.#refusal?.released === true;
  }

  order(order: DoorOrder): void {
    const released = releases(order);
    this.#turnedDown = false;
    try {
      if (order.kind === 'lock' || order.kind === 'block') this.#hardware.secure(order.kind);
      else this.#hardware.release(order);
    } catch (error) {
      this.refused(released, error instanceof Error ? error.message : 'the door hardware refused');
      return;
    }
    if (this.#hardware.settles === 'atOnce') this.obeyed(released);
  }

  /** Whether what `order` asks for has been refused, or never came about: then it is worth another try. */
  isOwed(order: DoorOrder): boolean {
    const released = releases(order);
    if (this.#refusal !== undefined) return this.#refusal.released === released;
    return this.#hardware.settles === 'atOnce' && this.#released !== released;
  }

  obeyed(released: boolean): void {
    if (released && !this.#released) this.#activations += 1;
    this.#released = released;
    // A strike that sticks released is not well because it was released again.
    if (this.#refusal?.released === released) this.#refusal = undefined;
    this.#judge();
  }

  refused(released: boolean, problem: string): void {
    this.#turnedDown = true;
    this.#refusal = { released, problem };
    this.#judge();
  }

  /** The hardware reports a fault of its own, or its end, with which what it could not do elsewhere has ended as well. */
  reported(problem: string | undefined): void {
    this.#reported = problem;
    if (problem === undefined && this.#hardware.settles === 'later') this.#refusal = undefined;
    this.#judge();
  }

  #judge(): void {
    const before = this.#fault;
    const fault = this.#refusal?.problem ?? this.#reported;
    if (fault === before) return;
    this.#fault = fault;
    this.#onFault(fault, before);
  }
}
