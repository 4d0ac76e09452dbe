/**
 * `events.db`: the precious half of the disk (DESIGN section 8). Every write is one fsynced transaction; when
 * `commit` has returned, power may fail. Synchronous, single writer.
 */
import type { EpochMs, GuestUses, KnownArea, RowVersion, Subject } from '../core/access/facts.ts';
import type { DoorId, GuestId, TableName } from '../core/dataset.ts';
import type { Shed } from '../core/disk-space.ts';
import type { OperatorMode } from '../core/door/state.ts';
import type { GuessBudget } from '../core/guess-budget.ts';

export interface CommittedEvent {
  /** From 1, with no gaps. */
  readonly seq: number;
  /** JSON text, byte for byte as hashed. */
  readonly body: string;
  /** SHA-256 over the previous hash and `body`. */
  readonly hash: string;
}

/** A revocation on the denylist. Dropped once the cursor has reached (epoch, seq) and the row is gone or newer. */
export interface Revocation {
  readonly table: TableName;
  readonly id: string;
  readonly maxVersion: number;
  readonly epoch: number;
  readonly seq: number;
}

/** `building`, `area:<id>` or `door:<id>`; a higher counter wins. */
export interface Lockdown {
  readonly scope: string;
  readonly on: boolean;
  readonly counter: number;
}

/** What an operator has set at a door, until its end, if it has one. */
export interface OperatorSetting {
  readonly door: DoorId;
  readonly mode: OperatorMode;
  /** It holds before this instant. */
  readonly until?: EpochMs;
}

/** A command whose id was seen: kept 24 h and at least 1,000. `accepted` is not yet finished. */
export interface SeenCommand {
  readonly id: string;
  readonly outcome: 'accepted' | 'done' | 'rejected' | 'failed';
  readonly reason?: string;
  readonly at: EpochMs;
}

/** What one transaction changes beside the events it appends. */
export type JournalChange =
  | { readonly kind: 'countUse'; readonly guest: GuestId; readonly at: EpochMs }
  | { readonly kind: 'giveBackUse'; readonly guest: GuestId }
  | { readonly kind: 'knownArea'; readonly subject: Subject; readonly area: string; readonly at: EpochMs }
  /** After a fire: nobody's area is known any more. */
  | { readonly kind: 'forgetAreas' }
  | { readonly kind: 'command'; readonly command: SeenCommand }
  | { readonly kind: 'revocation'; readonly revocation: Revocation }
  | { readonly kind: 'dropRevocations'; readonly revocations: readonly Revocation[] }
  /** Ignored unless its counter is above the scope's stored one. */
  | { readonly kind: 'lockdown'; readonly lockdown: Lockdown }
  /** Without a mode: nothing is set at this door any more. */
  | {
      readonly kind: 'operatorMode';
      readonly setting: Pick<OperatorSetting, 'door'> & Partial<OperatorSetting>;
    }
  /** Its instants on a clock that stands at 0 now: how much time passes until it is read again is not known. */
  | { readonly kind: 'guesses'; readonly budget: GuessBudget }
  /** The verdict on the codes' length that this transaction's event tells. */
  | { readonly kind: 'codesTooShort'; readonly tooShort: boolean }
  /** The alarm about the disk's space that this transaction's event begins or ends. */
  | { readonly kind: 'diskLow'; readonly low: boolean }
  /** What has been shed so far; undefined once its event tells it. */
  | { readonly kind: 'shed'; readonly shed: Shed | undefined }
  /** Where the conversation with a SALTO server stands. */
  | { readonly kind: 'salto'; readonly name: string; readonly value: string }
  | { readonly kind: 'clockFloor'; readonly floor: EpochMs }
  /** Also makes guest uses known again after the database was lost. */
  | { readonly kind: 'welcome'; readonly at: EpochMs };

export type AckOutcome = 'accepted' | 'alreadyAcknowledged' | 'wrongLog' | 'beyondHead' | 'wrongHash';

export interface Journal {
  /** UUID made with the database file. */
  readonly log: string;
  /** `seq` 0 and 64 zeros before the first event. */
  head(): { readonly seq: number; readonly hash: string };
  /** The highest acknowledged seq. */
  acked(): number;
  /**
   * Appends `bodies` in order and makes `changes`, all or nothing, and returns when it is on disk.
   * With `spend` a full disk gives back of the reserve until there is room, in the same turn.
   * @throws StorageFault when the disk refuses; nothing has changed then.
   */
  commit(
    bodies: readonly string[],
    changes?: readonly JournalChange[],
    spend?: 'reserve',
  ): readonly CommittedEvent[];
  /** Events after `seq`, oldest first, at most `limit`. */
  after(seq: number, limit: number): readonly CommittedEvent[];
  /** The cloud holds everything up to `upTo`. With `rewind` the mark may go back, to send again what is still kept. */
  acknowledge(ack: {
    readonly log: string;
    readonly upTo: number;
    readonly hash: string;
    readonly rewind?: boolean;
  }): AckOutcome;
  /**
   * Notes how far the log has come by `now`, and deletes events that are acknowledged and of which such a note was made at
   * least `keptMs` ago, oldest first, at most 2,000 a call. To be called about once an hour, while the time is known:
   * what was committed by a wrong or unknown clock then counts from the first call after it.
   */
  prune(age: { readonly now: EpochMs; readonly keptMs: number }): void;
  /** Runs after each commit that appended events, outside the transaction. */
  onAppend(listener: () => void): () => void;

  guestUses(guest: GuestId): GuestUses;
  knownArea(subject: Subject): KnownArea | undefined;
  /** As last stored; no guesses in a new database. */
  guesses(): GuessBudget;
  /** The last verdict that was told; false before the first. */
  codesTooShort(): boolean;
  /** Whether the alarm about the disk's space stands; false in a new database. */
  diskLow(): boolean;
  /** What was shed and has not been told yet. */
  shed(): Shed | undefined;
  denied(row: RowVersion): boolean;
  revocations(): readonly Revocation[];
  lockdowns(): readonly Lockdown[];
  /** As set, whether or not their end has come. */
  operatorModes(): readonly OperatorSetting[];
  /** As last stored by a `salto` change. */
  saltoNote(name: string): string | undefined;
  seenCommand(id: string): SeenCommand | undefined;
  /** Commands accepted and never finished: a crash came between. */
  unfinishedCommands(): readonly SeenCommand[];
  clockFloor(): EpochMs;
  lastWelcomeAt(): EpochMs | undefined;
}

export type DatabaseName = 'replica.db' | 'events.db';

/** The disk refused: full, unreadable or broken; or, for the replica, a snapshot is being applied (`busy`). */
export class StorageFault extends Error {
  readonly code: 'diskFull' | 'unreadable' | 'io' | 'busy';
  /** Which database answered, where one did. */
  readonly database: DatabaseName | undefined;
  constructor(
    code: StorageFault['code'],
    message: string,
    { database, ...options }: ErrorOptions & { readonly database?: DatabaseName } = {},
  ) {
    super(message, options);
    this.name = 'StorageFault';
    this.code = code;
    this.database = database;
  }
}
