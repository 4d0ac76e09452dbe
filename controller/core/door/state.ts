/** What a door is told, what it remembers and what it answers, as data (DESIGN section 5). */
import type { DoorMode, Subject } from '../access/facts.ts';
import type { GuestId } from '../dataset.ts';

/** The door's row: the cloud's part. */
export interface DoorTimes {
  readonly accessTimeMs: number;
  readonly extendedAccessTimeMs: number;
  readonly openTooLongMs: number;
  /** 0, or not below `openTooLongMs`: no pre-alarm. */
  readonly preAlarmMs: number;
  readonly relockOn: 'open' | 'close' | 'timeout';
}

/** How this door is wired: the installer's part. */
export interface DoorWiring {
  readonly hasMonitor: boolean;
  /** `report`: the hardware releases by itself, and the input only tells. */
  readonly rex: 'release' | 'report';
  readonly fire: 'release' | 'ignore';
  /** The lock also lets people in by itself and judges force itself (SALTO). */
  readonly opensUnasked: boolean;
}

/** What an operator can set. Accessed is no such mode: it comes with a grant and goes by its time. */
export type OperatorMode = Exclude<DoorMode, 'Accessed'>;

/** LockedOpen hours: `firstIn` are open from the moment on at which somebody who belongs here has entered. */
export type OpenHours = 'closed' | 'firstIn' | 'open';

/** The inputs that a door may have. */
export type Contact = 'monitor' | 'lockMonitor' | 'rex' | 'fire' | 'tamper';

/** What a supervised line says beside its two states: no current at all, no resistance, or nobody to ask at its other end. */
export type LineFault = 'open' | 'short' | 'cut';

/** One person let in, until the door has opened or the time is over. */
export interface LetIn {
  readonly subject?: Subject;
  /** The guest whose use is given back when the door was not opened. */
  readonly countedUse?: GuestId;
  /** By a command: whoever sent it need not be there. */
  readonly fromAfar: boolean;
}

/** Whoever was let in last, and until when (of a monotonic clock) the door stays released for all who were. */
export interface Access extends LetIn {
  readonly taken: boolean;
  readonly untilMs: number;
  /** When the time of the last of them with accessible timing ends or has ended; 0: nobody has any. */
  readonly extendedUntilMs: number;
}

export interface DoorMachineState {
  readonly lockdown: boolean;
  readonly operator: OperatorMode | undefined;
  readonly hours: OpenHours;
  /** Somebody has entered since hours that wait for a first person began. */
  readonly firstIsIn: boolean;
  /** The fire input as wired. */
  readonly alarmed: boolean;
  /** What follows from it, or from its line's fault, where fire releases. */
  readonly fire: boolean;
  readonly rexActive: boolean;
  readonly rexHeld: boolean;
  /** REX was pressed: released, or (wired `report`) expected to open without us, until the egress timer ends. */
  readonly egress: boolean;
  /** Released by a credential, call or command until the access timer ends. */
  readonly access: Access | undefined;
  /** Others who were let in before it, while the door had not opened yet: it opens for all of them. */
  readonly alsoLetIn: readonly LetIn[];
  /** Door monitor, as last known; undefined before its first report, or where none is fitted. */
  readonly open: boolean | undefined;
  /** So often that an opening may go unseen. */
  readonly monitorChatters: boolean;
  /** Lock monitor, likewise. */
  readonly locked: boolean | undefined;
  readonly tampered: boolean;
  readonly lines: Readonly<Partial<Record<Contact, LineFault>>>;
  readonly forced: boolean;
  /** `due`: the time is over, and somebody who was just let through still holds it. */
  readonly standing: 'no' | 'timing' | 'preAlarm' | 'due' | 'alarm';
  /** Accessible timing holds for this opening. */
  readonly slow: boolean;
  /** Whether the bolt does as the strike says; `doubted` until it has had its time. */
  readonly bolt: 'fine' | 'doubted' | 'faulty';
}

export const initialDoor = (): DoorMachineState => ({
  lockdown: false,
  operator: undefined,
  hours: 'closed',
  firstIsIn: false,
  alarmed: false,
  fire: false,
  rexActive: false,
  rexHeld: false,
  egress: false,
  access: undefined,
  alsoLetIn: [],
  open: undefined,
  monitorChatters: false,
  locked: undefined,
  tampered: false,
  lines: {},
  forced: false,
  standing: 'no',
  slow: false,
  bolt: 'fine',
});

export type DoorInput =
  | {
      readonly kind: 'accessGranted';
      readonly extended: boolean;
      readonly subject?: Subject;
      readonly countedUse?: GuestId;
      readonly fromAfar?: boolean;
    }
  | { readonly kind: 'lockdown'; readonly on: boolean }
  | { readonly kind: 'operator'; readonly mode: OperatorMode | undefined }
  | { readonly kind: 'hours'; readonly hours: OpenHours }
  | { readonly kind: 'rex' | 'fire' | 'tamper' | 'monitorChatters'; readonly active: boolean }
  | { readonly kind: 'monitor'; readonly open: boolean }
  | { readonly kind: 'lockMonitor'; readonly locked: boolean }
  | { readonly kind: 'line'; readonly contact: Contact; readonly fault: LineFault | undefined }
  /** The lock's own judgement, where it opens unasked. */
  | {
      readonly kind: 'alarm';
      readonly alarm: 'DoorForcedOpen' | 'DoorOpenTooLong';
      readonly active: boolean;
    }
  | { readonly kind: 'timer'; readonly timer: DoorTimer };

/** `open`: standing open; `bolt`: until the bolt must have moved; `rexHeld`: until a pressed button is strange. */
export type DoorTimer = 'access' | 'egress' | 'open' | 'bolt' | 'rexHeld';

export type DoorReport =
  | { readonly type: 'AccessTaken'; readonly subject?: Subject }
  | { readonly type: 'AccessNotTaken'; readonly subject?: Subject; readonly giveBackUse?: GuestId }
  | { readonly type: 'DoorMode'; readonly mode: DoorMode }
  | { readonly type: 'DoorMonitor'; readonly open: boolean }
  | { readonly type: 'LockMonitor'; readonly locked: boolean }
  | { readonly type: 'LockFault'; readonly locked: boolean }
  | { readonly type: 'InputFault'; readonly contact: Contact; readonly fault: LineFault }
  | { readonly type: 'InputFaultEnded'; readonly contact: Contact }
  | { readonly type: 'RequestToExit'; readonly released: boolean }
  | {
      readonly type:
        | 'DoorForcedOpen'
        | 'DoorForcedOpenEnded'
        | 'DoorOpenTooLongSoon'
        | 'DoorOpenTooLong'
        | 'DoorOpenTooLongEnded'
        | 'DoorTamper'
        | 'DoorTamperEnded'
        | 'FireReleased'
        | 'FireEnded'
        | 'LockFaultEnded'
        | 'RequestToExitHeld'
        | 'RequestToExitHeldEnded';
    };

/** What the lock is to do; a relay has two states, other locks have a command for each. */
export type DoorOrder =
  | { readonly kind: 'passage'; readonly forMs: number; readonly extended: boolean }
  | { readonly kind: 'holdOpen' }
  | { readonly kind: 'evacuate' }
  | { readonly kind: 'lock' }
  | { readonly kind: 'block' };

export type DoorEffect =
  | { readonly kind: 'report'; readonly report: DoorReport }
  | { readonly kind: 'order'; readonly order: DoorOrder }
  | { readonly kind: 'startTimer'; readonly timer: DoorTimer; readonly ms: number }
  | { readonly kind: 'cancelTimer'; readonly timer: DoorTimer };

export interface DoorConfiguration {
  readonly times: DoorTimes;
  readonly wiring: DoorWiring;
}

export interface DoorStep {
  readonly state: DoorMachineState;
  readonly effects: readonly DoorEffect[];
}
