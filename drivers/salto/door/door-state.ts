/** What a door behind SALTO is told, what it remembers and what it answers, as data. */
import type { SaltoBegun } from '../../../controller/ports/salto.ts';
import type { DoorOperation } from '../ship/doors.ts';

/** Locked; locked also for cards that SALTO would accept; unlocked; unlocked whatever SALTO itself would do. */
type Standing = 'lock' | 'block' | 'holdOpen' | 'evacuate';

export type SaltoEmergency = 'none' | 'open' | 'close';

export interface SaltoDoorState {
  readonly standing: Standing;
  /** As SALTO has agreed; undefined where that is not known. */
  readonly office: boolean | undefined;
  readonly emergency: SaltoEmergency | undefined;
  readonly underway: DoorOperation | undefined;
  /** Somebody is being let in for so many milliseconds, until the timer ends. */
  readonly passage: number | undefined;
  /** An opening is to be sent. */
  readonly opening: boolean;
  /** SALTO has not agreed; it is told again when the timer ends. */
  readonly resting: boolean;
  readonly begun: SaltoBegun;
}

export type SaltoDoorTimer = 'passage' | 'again' | 'retry';

export type SaltoDoorInput =
  | { readonly kind: 'passage'; readonly forMs: number }
  | { readonly kind: Standing }
  | { readonly kind: 'done' }
  /** SALTO said no, or was never told; `unknown`: nobody knows whether it was done. */
  | {
      readonly kind: 'failed';
      readonly problem: string;
      readonly outcome: 'refused' | 'notSent' | 'unknown';
    }
  | { readonly kind: 'timer'; readonly timer: SaltoDoorTimer }
  /** How the door stands by SALTO's word, asked when nothing was under way and nothing has been told since. */
  | { readonly kind: 'seen'; readonly emergency: SaltoEmergency };

export type SaltoDoorEffect =
  | { readonly kind: 'remember'; readonly begun: SaltoBegun }
  | { readonly kind: 'send'; readonly operation: DoorOperation }
  | { readonly kind: 'obeyed'; readonly released: boolean }
  | { readonly kind: 'refused'; readonly released: boolean; readonly problem: string }
  | { readonly kind: 'startTimer'; readonly timer: SaltoDoorTimer; readonly ms: number }
  | { readonly kind: 'cancelTimer'; readonly timer: SaltoDoorTimer };

export interface SaltoDoorStep {
  readonly state: SaltoDoorState;
  readonly effects: readonly SaltoDoorEffect[];
}

/** @param begun what an earlier run has begun and not ended, if it came to that */
export const initialSaltoDoor = (begun: SaltoBegun): SaltoDoorState => ({
  standing: 'lock',
  office: begun.office ? undefined : false,
  emergency: begun.emergency ? undefined : 'none',
  underway: undefined,
  passage: undefined,
  opening: false,
  resting: false,
  begun,
});
