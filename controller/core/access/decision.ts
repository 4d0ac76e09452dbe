/** The request to and the outcome of an access decision (DESIGN section 4), as data. */
import type { CredentialId, DoorId, GuestId, ResidentId, StaffId, TableName } from '../dataset.ts';
import type { ClockReading, EpochMs, RowVersion, Subject } from './facts.ts';

/** How a person asks. `hash` never leaves the decision: events and answers carry row ids only. */
export type AccessRequest =
  | {
      readonly kind: 'credential';
      readonly method: CredentialMethod;
      readonly hash: string;
      readonly door: DoorId;
      readonly accessPoint: string;
    }
  /** `cardAndCode`: both read at one access point. */
  | {
      readonly kind: 'cardAndCode';
      readonly cardHash: string;
      readonly codeHash: string;
      readonly door: DoorId;
      readonly accessPoint: string;
    }
  /** Digits pressed by the called resident while talking. */
  | {
      readonly kind: 'callUnlock';
      readonly resident: ResidentId;
      readonly door: DoorId;
      readonly call: string;
    }
  /** The concierge, called directly, pressed the digits. */
  | { readonly kind: 'conciergeUnlock'; readonly door: DoorId; readonly call: string }
  /** `unlock` from the cloud, on behalf of `by`; `call`: from an app while it rings there, for whoever rang. */
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly call?: string;
      readonly by: CommandBy;
      readonly door: DoorId;
      readonly extended: boolean;
    };

export type CredentialMethod = 'card' | 'code';

export type CommandBy =
  | { readonly kind: 'resident'; readonly id: ResidentId }
  | { readonly kind: 'guest'; readonly id: GuestId }
  | { readonly kind: 'staff'; readonly id: StaffId };

export const denyReasons = [
  'lockedOut',
  'unknownCredential',
  'revoked',
  'expired',
  'ambiguousCredential',
  'lockedDown',
  'blocked',
  'suspended',
  'wrongMethod',
  'staleData',
  'clockUnknown',
  'notActiveYet',
  'notPermittedAtThisTime',
  'usesExhausted',
  'notMovedInYet',
  'movedOut',
  'hostSuspended',
  'hostNotMovedInYet',
  'hostMovedOut',
  'noGrant',
  'antipassback',
  'interlocked',
  'secondPersonNeeded',
  'danglingReference',
] as const;
export type DenyReason = (typeof denyReasons)[number];

/** ONVIF access control reasons (Access Control Service Specification, tns1:AccessControl/Denied), carried beside ours. */
export type OnvifReason =
  | 'CredentialNotEnabled'
  | 'CredentialNotActive'
  | 'CredentialExpired'
  | 'InvalidPIN'
  | 'NotPermittedAtThisTime'
  | 'Unauthorized'
  | 'Other';

/** Why a decision came out as it did: enough to answer a phone call, and no code, hash or number. */
export interface Explanation {
  /** The check of DESIGN section 4 that decided, 1–12; 12 on a grant. */
  readonly check: number;
  /** Rows that the outcome rests on, in the order of their first use: at most 50. */
  readonly rows: readonly RowVersion[];
  /** How many more there were between the first and the last 25; absent: none. */
  readonly rowsLeftOut?: number;
  /** The row that a `danglingReference` names and that is not there. */
  readonly missing?: { readonly table: TableName; readonly id: string };
  readonly dataset: { readonly epoch: number; readonly seq: number };
  /** Since the last accepted welcome; absent before the first. */
  readonly cacheAgeMs?: number;
  readonly clock: ClockReading['state'];
}

interface Decided {
  /** Who it was, as far as one person was found. */
  readonly subject?: Subject;
  readonly credential?: CredentialId;
  /** True once check 2 has found one live duress credential, granted or denied. */
  readonly duress: boolean;
  readonly explanation: Explanation;
}

interface Grant extends Decided {
  readonly outcome: 'grant';
  /** Accessible timing. */
  readonly extended: boolean;
  /** The guest whose use must be counted in the transaction of the AccessGranted event. */
  readonly countUse?: GuestId;
  /** Soft anti-passback was violated: granted, and to be reported. */
  readonly softAntipassback: boolean;
}

interface Denial extends Decided {
  readonly outcome: 'deny';
  readonly reason: DenyReason;
  readonly onvifReason: OnvifReason;
  /** When it will work, for `notActiveYet`, `notMovedInYet` and windows; the shell decides whether to tell. */
  readonly opensAt?: EpochMs;
  /** Rows that share one credential: an alarm for the cloud. */
  readonly alarm: boolean;
}

export type Decision = Grant | Denial;
