import type { Leg, LegEvent, LegTone } from '../core/call/line.ts';

/**
 * The telephone behind the console: one line, one leg at a time. Whom to ring, and when to give up, is decided above it.
 * Nothing but `start` and `close` waits, and only `start` fails: what cannot be done ends the leg with `failed`, which
 * the listener is told in a later turn.
 */
export interface Phone {
  /** True where no real call is made; shown wherever a call is. */
  readonly simulated: boolean;
  /** Rejects with a sentence where the phone cannot work at all (its port or its engine is not to be had). */
  start(listener: (event: LegEvent) => void): Promise<void>;
  dial(leg: Leg): void;
  /** Ends the leg, whether it rings or is answered. One that has ended already is no matter. */
  hangUp(leg: string): void;
  tell(leg: string, tone: LegTone): void;
  close(): Promise<void>;
}
