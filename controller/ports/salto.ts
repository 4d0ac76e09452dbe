/** What a SALTO server's audit trail says, and what this device keeps of its conversation with that server. */
import type { DoorId } from '../core/dataset.ts';

/** What happened at a lock, in our words; the numbers are SALTO's. `other`: a number that no public source explains. */
export type SaltoOperation =
  | 'openedFromInside'
  | 'openedByKey'
  | 'openedByKeyAndCode'
  | 'openedByCode'
  | 'openedBySwitch'
  | 'openedByMechanicalKey'
  | 'openedByDevice'
  | 'openedByCommand'
  | 'closed'
  | 'officeModeStarted'
  | 'officeModeEnded'
  | 'emergencyOpenStarted'
  | 'emergencyOpenEnded'
  | 'emergencyCloseStarted'
  | 'emergencyCloseEnded'
  | 'duress'
  | 'intrusion'
  | 'intrusionEnded'
  | 'tamper'
  | 'tamperEnded'
  | 'leftOpen'
  | 'leftOpenEnded'
  | 'communicationLost'
  | 'communicationBack'
  | 'refusedNotActivated'
  | 'refusedExpired'
  | 'refusedNotAllowedHere'
  | 'refusedOutOfTime'
  | 'refusedAntipassback'
  | 'refusedInvalidPin'
  | 'refusedCancelled'
  | 'refusedEmergency'
  | 'refusedByHost'
  | 'refusedOther'
  | 'blacklistedKeyDeleted'
  | 'batteryLow'
  | 'clockWrong'
  | 'hardwareFailure'
  | 'other';

export interface SaltoAuditEntry {
  /** SALTO's id of this entry: decimal digits, more of them than a number holds. */
  readonly id: string;
  readonly operation: SaltoOperation;
  /** SALTO's number of the operation. */
  readonly code: number;
  /** Of this device, if it is one of its doors. */
  readonly door?: DoorId;
  /** What SALTO calls the door. */
  readonly saltoDoor?: string;
  /** SALTO's id of whom it concerns; never a key's number or a telephone's. */
  readonly saltoSubject?: string;
  readonly exit: boolean;
  /** Wall time of the SALTO server, `YYYY-MM-DDTHH:MM:SS`, without a zone; absent where the lock had no time. */
  readonly localTime?: string;
}

/** What this device has begun at a SALTO door and not seen ended, so that a restart ends it. */
export interface SaltoBegun {
  readonly office: boolean;
  readonly emergency: boolean;
}

/** Durable: what has been written is on disk when the call returns. */
export interface SaltoLog {
  /** The id of the last entry that was taken in; undefined: none ever. */
  lastAuditEntry(): string | undefined;
  /** Takes in `entries` as events and `last` as the last one, in one transaction. @throws StorageFault; nothing is taken then */
  takeAudit(entries: readonly SaltoAuditEntry[], last: string): void;
  begun(door: DoorId): SaltoBegun;
  /** @throws StorageFault */
  setBegun(door: DoorId, begun: SaltoBegun): void;
}
