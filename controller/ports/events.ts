/**
 * The event union: what happened, in ONVIF's and OSDP's words. Bodies name rows by id and never hold a code, card
 * number, hash or phone number. The recorder adds `EventStamp`, serialises once, and the journal keeps that text.
 */
import type { DenyReason, Explanation, OnvifReason } from '../core/access/decision.ts';
import type { DoorMode, Subject } from '../core/access/facts.ts';
import type { CallOutcome, CallTarget, LegEnd } from '../core/call/line.ts';
import type { CredentialId, DoorId, ResidentId } from '../core/dataset.ts';
import type { Contact, LineFault, OperatorMode } from '../core/door/state.ts';
import type { ReaderState } from '../core/reader/reader-status.ts';
import type { DatabaseName } from './journal.ts';
import type { CallRefusal } from './lobby.ts';
import type { KeyFailure, ReaderAlarm, ReaderDevice } from './reader.ts';
import type { SaltoAuditEntry } from './salto.ts';

type Severity = 'info' | 'notice' | 'warning' | 'alarm';

/** Stamped on every event at commit. */
export interface EventStamp {
  /** RFC 3339 UTC with milliseconds, by the clock as `clockState` knows it. */
  readonly time: string;
  readonly monotonicMs: number;
  readonly boot: string;
  readonly clockState: 'trusted' | 'held' | 'unknown';
  /** True for events from before the session's welcome. */
  readonly backfilled?: true;
}

interface Access {
  readonly door: DoorId;
  /** Keypad, reader, call or command through which it was asked. */
  readonly accessPoint: string;
  readonly subject?: Subject;
  readonly credential?: CredentialId;
  readonly explanation: Explanation;
  /** The command that asked, if one did. */
  readonly command?: string;
  /** The call in which it was asked, if it was. */
  readonly call?: string;
}

interface AtReader {
  readonly reader: string;
  readonly door: DoorId;
}

type ReaderFaultKind = Exclude<ReaderState, 'online'>;

export type EventDraft =
  | ({
      readonly type: 'AccessGranted';
      readonly severity: Severity;
      readonly extended: boolean;
      readonly softAntipassback?: true;
    } & Access)
  | ({
      readonly type: 'AccessDenied';
      readonly severity: Severity;
      readonly reason: DenyReason;
      readonly onvifReason: OnvifReason;
    } & Access)
  | {
      readonly type: 'AccessTaken' | 'AccessNotTaken';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly subject?: Subject;
    }
  | {
      readonly type: 'Duress';
      readonly severity: 'alarm';
      readonly door: DoorId;
      readonly subject?: Subject;
      readonly credential?: CredentialId;
    }
  | {
      readonly type: 'AmbiguousCredential';
      readonly severity: 'alarm';
      readonly door: DoorId;
      readonly explanation: Explanation;
    }
  | {
      readonly type: 'DoorMode';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly mode: DoorMode;
      readonly cause: string;
    }
  | {
      readonly type: 'DoorMonitor';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly open: boolean;
    }
  | {
      readonly type:
        | 'DoorForcedOpen'
        | 'DoorForcedOpenEnded'
        /** The pre-alarm. */
        | 'DoorOpenTooLongSoon'
        | 'DoorOpenTooLong'
        | 'DoorOpenTooLongEnded'
        | 'DoorTamper'
        | 'DoorTamperEnded'
        | 'LockFaultEnded'
        | 'RequestToExitHeld'
        | 'RequestToExitHeldEnded';
      readonly severity: Severity;
      readonly door: DoorId;
    }
  | {
      readonly type: 'LockMonitor' | 'LockFault';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly locked: boolean;
    }
  | {
      readonly type: 'InputFault';
      readonly severity: 'alarm';
      readonly door: DoorId;
      readonly contact: Contact;
      readonly fault: LineFault;
    }
  | {
      readonly type: 'InputFaultEnded';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly contact: Contact;
    }
  /** What the dataset asks of a door and cannot be, in sentences for installers; and that it is over. */
  | {
      readonly type: 'DoorMisconfigured';
      readonly severity: 'warning';
      readonly door: DoorId;
      readonly problems: readonly string[];
    }
  | { readonly type: 'DoorWellConfigured'; readonly severity: 'notice'; readonly door: DoorId }
  /** An operator has set a mode, or (`normal`) leaves the door to its hours again. */
  | {
      readonly type: 'OperatorModeSet';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly mode: OperatorMode | 'normal';
      /** RFC 3339 UTC. */
      readonly until?: string;
      /** On whose behalf. */
      readonly subject?: Subject;
      readonly command: string;
    }
  /** A contact changes more often than can be told one by one: once a minute while it does, and its end. */
  | {
      readonly type: 'ContactChattering' | 'ContactCalm';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly contact: string;
      readonly count: number;
    }
  | {
      readonly type: 'RequestToExit';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly released: boolean;
    }
  | { readonly type: 'FireReleased' | 'FireEnded'; readonly severity: Severity; readonly door: DoorId }
  | {
      readonly type: 'DoorFault' | 'DoorFaultEnded';
      readonly severity: Severity;
      readonly door: DoorId;
      readonly problem: string;
    }
  | {
      readonly type: 'LockdownChanged';
      readonly severity: Severity;
      readonly scope: string;
      readonly on: boolean;
      readonly counter: number;
      readonly command: string;
    }
  | {
      readonly type: 'Revoked';
      readonly severity: Severity;
      readonly table: string;
      readonly id: string;
      readonly maxVersion: number;
      readonly command: string;
    }
  | { readonly type: 'Decommissioned'; readonly severity: Severity; readonly command: string }
  /** No welcome for an hour, and the next one after that: without it nobody knows what has been revoked since. */
  | { readonly type: 'CloudLinkStale'; readonly severity: 'warning' }
  | { readonly type: 'CloudLinkFresh'; readonly severity: 'notice' }
  /** The broker closes one connection after the other: another device has this one's id. */
  | { readonly type: 'DeviceIdContested'; readonly severity: 'alarm' }
  /** The cloud asked which console this is. */
  | { readonly type: 'Identified'; readonly severity: 'notice'; readonly command: string }
  | {
      readonly type: 'ControllerStarted' | 'ControllerStopped';
      readonly severity: Severity;
      readonly software: string;
      readonly simulated: readonly DoorId[];
    }
  | {
      readonly type: 'DatasetRowRefused';
      readonly severity: 'warning';
      readonly table: string;
      readonly id: string;
      readonly field: string;
      readonly problem: string;
    }
  /** A message that was refused, once per reason and minute. */
  | {
      readonly type: 'SecurityEvent';
      readonly severity: 'warning';
      readonly reason: string;
      readonly message: string;
      readonly count: number;
    }
  /** Too many misses: codes (or directory codes) typed here are not looked at for `lockMs`. Cards, calls and egress go on. */
  | {
      readonly type: 'KeypadLockedOut';
      readonly severity: 'alarm';
      readonly accessPoint: string;
      readonly entry: 'code' | 'directoryCode';
      readonly lockMs: number;
      /** Where the last miss was. */
      readonly door?: DoorId;
    }
  /** Codes typed at a locked keypad, which nobody looked at: once per minute. */
  | {
      readonly type: 'LockedKeypadTried';
      readonly severity: 'notice';
      readonly accessPoint: string;
      readonly count: number;
    }
  | {
      readonly type: 'KeypadLockoutEnded';
      readonly severity: 'notice';
      readonly accessPoint: string;
      readonly entry: 'code' | 'directoryCode';
    }
  /** This console's free misses of the last 24 hours are gone: after each further one, no code for `oneTryPerMs`. */
  | { readonly type: 'GuessBudgetSpent'; readonly severity: 'alarm'; readonly oneTryPerMs: number }
  | { readonly type: 'GuessBudgetRestored'; readonly severity: 'notice' }
  /** `codesTooShort` of DESIGN section 6 and its end, each told once: entry codes have fewer digits than so many live ones need. */
  | {
      readonly type: 'CodesTooShort' | 'CodesLongEnough';
      readonly severity: Severity;
      readonly liveCodes: number;
      readonly entryCodeLength: number;
      readonly neededLength: number;
    }
  | {
      readonly type: 'CallStarted';
      readonly severity: Severity;
      readonly call: string;
      readonly from: 'directory' | 'directoryCode' | 'concierge';
      /** Absent: the concierge, called directly. */
      readonly resident?: ResidentId;
      readonly simulated: boolean;
    }
  /** One number was rung; `end` is how that came out. Its place among the call's numbers counts from 1. */
  | {
      readonly type: 'CallLegEnded';
      readonly severity: Severity;
      readonly call: string;
      readonly target: CallTarget;
      readonly place: number;
      readonly end: LegEnd | 'noAnswer' | 'noReply' | 'talkedTooLong' | 'opened' | 'cancelled';
    }
  | {
      readonly type: 'CallAnswered';
      readonly severity: Severity;
      readonly call: string;
      readonly target: CallTarget;
      readonly place: number;
    }
  | {
      readonly type: 'CallEnded';
      readonly severity: Severity;
      readonly call: string;
      readonly outcome: CallOutcome;
    }
  /** No calls can be placed, until PhoneFaultEnded. */
  | { readonly type: 'PhoneFault'; readonly severity: 'alarm'; readonly problem: string }
  | { readonly type: 'PhoneFaultEnded'; readonly severity: 'notice' }
  /** The registrar or trunk has not known this console for a while; calls are tried all the same. */
  | { readonly type: 'PhoneUnregistered'; readonly severity: 'alarm'; readonly problem: string }
  | { readonly type: 'PhoneRegistered'; readonly severity: 'notice' }
  /** Somebody called the console: nobody gets through. At most once a minute, with how often. */
  | { readonly type: 'InboundCallRefused'; readonly severity: 'notice'; readonly count: number }
  /** Another program has connected to the controls of the phone engine, from where it could place calls. */
  | { readonly type: 'PhoneControlTaken'; readonly severity: 'alarm' }
  /** A guest wanted to call, and no call was begun. */
  | {
      readonly type: 'CallRefused';
      readonly severity: Severity;
      readonly reason: CallRefusal;
      readonly resident?: ResidentId;
    }
  /** The disk's alarm of DESIGN section 8 and its end, each told once. */
  | {
      readonly type: 'DiskSpaceLow' | 'DiskSpaceBack';
      readonly severity: 'alarm' | 'notice';
      readonly usedPercent: number;
      readonly availableBytes: number;
    }
  /** The disk was nearly full and is no longer: how many events of which type were not recorded, and how many commits of others it refused. */
  | {
      readonly type: 'TelemetryShed';
      readonly severity: 'warning';
      readonly counts: Readonly<Record<string, number>>;
      readonly refused: number;
    }
  /** A lost card or tag was held to a reader: check 2 has denied it, and somebody has it. */
  | {
      readonly type: 'LostCredentialPresented';
      readonly severity: 'alarm';
      readonly door: DoorId;
      readonly accessPoint: string;
      readonly subject: Subject;
      readonly credential: CredentialId;
    }
  /** A reader cannot be used, and once it can again. */
  | ({
      readonly type: 'ReaderFault';
      readonly severity: 'alarm';
      readonly fault: ReaderFaultKind;
      readonly problem: string;
    } & AtReader)
  | ({
      readonly type: 'ReaderFaultEnded';
      readonly severity: 'notice';
      readonly fault: ReaderFaultKind;
    } & AtReader)
  | ({ readonly type: 'ReaderTamper'; readonly severity: 'alarm' } & AtReader)
  | ({ readonly type: 'ReaderTamperEnded'; readonly severity: 'notice' } & AtReader)
  | ({ readonly type: 'ReaderPowerFailing'; readonly severity: 'warning' } & AtReader)
  | ({ readonly type: 'ReaderPowerBack'; readonly severity: 'notice' } & AtReader)
  /** Something on the line that a panel must refuse, once per state change: another device, a wrong MAC, an attempted downgrade. */
  | ({
      readonly type: 'ReaderSecurity';
      readonly severity: 'alarm' | 'warning';
      readonly alarm: ReaderAlarm['alarm'];
      readonly refusal: string;
    } & AtReader)
  /** An operator lets this one reader have a key of its own. */
  | ({
      readonly type: 'ReaderCommissioning';
      readonly severity: 'notice';
      readonly windowMs: number;
    } & AtReader)
  | ({
      readonly type: 'ReaderKeyed';
      readonly severity: 'notice';
      readonly how: 'commissioned' | 'rotated';
      readonly device: ReaderDevice;
    } & AtReader)
  | ({ readonly type: 'ReaderKeyFailed'; readonly severity: 'warning'; readonly why: KeyFailure } & AtReader)
  /** An entry of a SALTO server's audit trail: what happened at a lock, and who decided was SALTO. */
  | ({
      readonly type: 'SaltoAudit';
      readonly severity: Severity;
      /** SALTO's id of the entry, in decimal digits. */
      readonly saltoEvent: string;
    } & Omit<SaltoAuditEntry, 'id'>)
  | { readonly type: 'ClockChanged'; readonly severity: Severity; readonly problem: string }
  | {
      readonly type: 'StorageFault';
      readonly severity: 'alarm';
      readonly database: DatabaseName;
      readonly problem: string;
    };
