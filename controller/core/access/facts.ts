/**
 * What the access decision may know: `BuildingRows`, one consistent version of the building (the store holds a
 * read transaction while it is used) with synchronous, indexed look-ups, and the device's own state around it.
 * A decision touches a dozen rows, never the building. Look-ups return only rows that their schema accepts.
 */
import type {
  Building,
  Calendar,
  CalendarId,
  Credential,
  Door,
  DoorId,
  Grant,
  Group,
  Guest,
  GuestId,
  HolderRef,
  Other,
  Resident,
  Schedule,
  ScheduleId,
  Staff,
  TableName,
} from '../dataset.ts';

/** Milliseconds since 1970-01-01T00:00Z. */
export type EpochMs = number;

/** DESIGN section 7. `now` is never below the persisted floor. While `unknown`, the true time is at or after `now`. */
export interface ClockReading {
  readonly state: 'trusted' | 'held' | 'unknown';
  readonly now: EpochMs;
}

/** ONVIF door modes. */
export type DoorMode = 'Locked' | 'Unlocked' | 'Accessed' | 'Blocked' | 'LockedDown' | 'LockedOpen';

export type Holder =
  | { readonly kind: 'resident'; readonly row: Resident }
  | { readonly kind: 'staff'; readonly row: Staff }
  | { readonly kind: 'other'; readonly row: Other };

export interface GuestUses {
  /** Uses at this device, those given back by AccessNotTaken not counted. */
  readonly used: number;
  /** First use at this device. */
  readonly firstUsedAt?: EpochMs;
  /** False after the event database was lost and no welcome has come since: limited guests are denied then. */
  readonly known: boolean;
}

/** A row as explanations and revocations name it. */
export interface RowVersion {
  readonly table: TableName;
  readonly id: string;
  readonly version: number;
}

export interface DoorState {
  readonly mode: DoorMode;
  /** An open or released door of the same interlock group, if any (check 12). */
  readonly interlockedBy?: DoorId;
  /** Twice-person rule: whether a first person has just been accepted here. */
  readonly firstPersonWaiting: boolean;
  /** Who that was, so that nobody is their own second person. */
  readonly firstPerson?: Subject;
}

/** One version of the building, as the cloud sent it. */
export interface BuildingRows {
  readonly cursor: { readonly epoch: number; readonly seq: number };
  building(): Building | undefined;
  door(id: DoorId): Door | undefined;
  /** All rows with this hash, whatever their status. */
  byHash(hash: string): { readonly credentials: readonly Credential[]; readonly guests: readonly Guest[] };
  guest(id: GuestId): Guest | undefined;
  holder(ref: HolderRef): Holder | undefined;
  /** Groups that list this holder as a member. */
  groupsOf(ref: HolderRef): readonly Group[];
  /** Grants of exactly this subject at this door. */
  grants(subject: GrantSubject, door: DoorId): readonly Grant[];
  schedule(id: ScheduleId): Schedule | undefined;
  calendar(id: CalendarId): Calendar | undefined;
}

export type GrantSubject = Grant['subject'];

export interface AccessFacts {
  readonly clock: ClockReading;
  /** The last accepted welcome; absent before the first. */
  readonly lastWelcomeAt?: EpochMs;
  readonly rows: BuildingRows;
  doorState(id: DoorId): DoorState;
  /** Whether this keypad is locked out by the guess budget (check 1). */
  lockedOut(accessPoint: string): boolean;
  /** Whether a revocation on the denylist covers this version of the row. */
  denied(row: RowVersion): boolean;
  guestUses(id: GuestId): GuestUses;
  /** The event log in which these uses are counted: what the row says of it is the same, and older. */
  readonly log: string;
  /** The area in which this person was last known to be (anti-passback); absent: unknown, which passes. */
  knownArea(subject: Subject): KnownArea | undefined;
}

export interface KnownArea {
  readonly area: string;
  readonly since: EpochMs;
}

/** Who asks or is asked for: a holder, or a guest, who counts as its own person. */
export type Subject = HolderRef | { readonly kind: 'guest'; readonly id: GuestId };
