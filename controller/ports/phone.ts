import type { Leg, LegEvent, LegTone } from '../core/call/line.ts';

/**
 * The telephone behind the console: one line, one leg at a time. Whom to ring, and when to give up, is decided above it.
 * Nothing but `start` and `close` waits, and only `start` fails: what cannot be done ends the leg with `failed`, which
 * the listener is told in a later turn.
 */
export interface Phone {
  /** True where no real call is made; shown wherever a call is. */
  readonly simulated: boolean;
  /**
   * Rejects with a sentence where the phone cannot work (its port or its configuration is no good); it may be tried again.
   * A phone that stops working later tells `onLine`, and puts itself right if it can.
   */
  start(onLeg: (event: LegEvent) => void, onLine: (event: LineEvent) => void): Promise<void>;
  dial(leg: Leg): void;
  /** Ends the leg, whether it rings or is answered. One that has ended already is no matter. */
  hangUp(leg: string): void;
  tell(leg: string, tone: LegTone): void;
  close(): Promise<void>;
  /** How its line stands; absent where there is no line. */
  line(): PhoneLine | undefined;
}

/** News of the line, apart from any call. */
export type LineEvent =
  /** No call can be placed until `working`. Told once. */
  | { readonly kind: 'broken'; readonly problem: string }
  | { readonly kind: 'working' }
  /** The registrar has not known this console for a while. Calls are still tried. Told once, until `registered`. */
  | { readonly kind: 'unregistered'; readonly problem: string }
  | { readonly kind: 'registered' }
  /** Somebody called the console, so many times since this was last told; nobody gets through. At most once a minute. */
  | { readonly kind: 'inboundRefused'; readonly count: number }
  /** Another program has reached for the phone's controls; `broken` follows. */
  | { readonly kind: 'controlTaken' };

/** For `vestibule status` and doctor. */
export interface PhoneLine {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** Whether the other end of TLS has shown a certificate that was checked; false without TLS. */
  readonly tlsVerified: boolean;
  /** Whether the sound is encrypted. */
  readonly srtp: boolean;
  /** Absent: the console does not register. */
  readonly registered?: boolean;
  /** Version of the phone engine, once it has told it. */
  readonly engine?: string;
}
