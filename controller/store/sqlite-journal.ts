/**
 * `events.db` behind its port. What holds:
 *
 * - One transaction per call, on disk when it returns; memory (head, denylist, lockdowns) follows only then.
 * - `seq` grows by one from the head, which is the last event's or, once everything was pruned, the stored one: none comes
 *   again.
 */
import type { Database, Transaction } from 'better-sqlite3';
import type { EpochMs, GuestUses, KnownArea, RowVersion, Subject } from '../core/access/facts.ts';
import type { GuestId } from '../core/dataset.ts';
import type { Shed } from '../core/disk-space.ts';
import type { GuessBudget } from '../core/guess-budget.ts';
import { noHash } from '../core/hash-forms.ts';
import type {
  AckOutcome,
  CommittedEvent,
  Journal,
  JournalChange,
  Lockdown,
  OperatorSetting,
  Revocation,
  SeenCommand,
} from '../ports/journal.ts';
import { prepareCommandLog } from './command-log.ts';
import { type Denials, Denylist, prepareDenials } from './denials.ts';
import { prepareDiskNotices } from './disk-notices.ts';
import { type EventLog, eventHash, prepareEventLog } from './event-log.ts';
import { type EventMarks, prepareEventMarks } from './event-marks.ts';
import { prepareGuessLog } from './guess-log.ts';
import { changesDenials, type JournalTables, makeChange } from './journal-changes.ts';
import {
  differsBeyondHead,
  type JournalState,
  prepareSetJournalState,
  readJournalState,
} from './journal-state.ts';
import { usualLogPages } from './open-database.ts';
import { prepareOperatorModes } from './operator-modes.ts';
import { preparePersonLog } from './person-log.ts';
import { type ReserveFile, spendingReserve } from './reserve-file.ts';
import { prepareSaltoNotes } from './salto-notes.ts';
import { type FaultGuard, faultsTyped } from './storage-fault.ts';

const frugalLogPages = 64;

export class SqliteJournal implements Journal {
  readonly #db: Database;
  readonly #guard: FaultGuard;
  readonly #reserve: ReserveFile | undefined;
  readonly #events: EventLog;
  readonly #marks: EventMarks;
  readonly #tables: JournalTables;
  readonly #transaction: Transaction<
    (
      withDenials: boolean,
      work: () => JournalState,
    ) => { readonly next: JournalState; readonly denials: Denials }
  >;
  readonly #appended = new Set<() => void>();
  readonly #denialsChanged = new Set<() => void>();
  #state: JournalState;
  #denials: Denials;
  #denylist: Denylist;
  #frugal = false;

  /** Without a reserve nothing is spent, and without a guard of its own nobody hears of its faults. */
  constructor(
    db: Database,
    { guard = faultsTyped, reserve }: { readonly guard?: FaultGuard; readonly reserve?: ReserveFile } = {},
  ) {
    this.#db = db;
    this.#guard = guard;
    this.#reserve = reserve;
    this.#events = prepareEventLog(db);
    this.#marks = prepareEventMarks(db);
    const operators = prepareOperatorModes(db);
    this.#tables = {
      commands: prepareCommandLog(db),
      denials: prepareDenials(db, operators),
      disk: prepareDiskNotices(db),
      guesses: prepareGuessLog(db),
      operators,
      persons: preparePersonLog(db),
      salto: prepareSaltoNotes(db),
    };
    const setState = prepareSetJournalState(db);
    this.#transaction = db.transaction((withDenials, work) => {
      const next = work();
      if (differsBeyondHead(next, this.#state)) setState(next);
      return { next, denials: withDenials ? this.#tables.denials.read() : this.#denials };
    });
    this.#state = readJournalState(db);
    this.#denials = this.#tables.denials.read();
    this.#denylist = new Denylist(this.#denials.revocations);
  }

  get log(): string {
    return this.#state.log;
  }

  head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#state.headSeq, hash: this.#state.headHash };
  }

  acked(): number {
    return this.#state.acked;
  }

  commit(
    bodies: readonly string[],
    changes: readonly JournalChange[] = [],
    spend?: 'reserve',
  ): readonly CommittedEvent[] {
    const events = chain(this.#state, bodies);
    const head = events.at(-1);
    if (head !== undefined && events.length === 1 && changes.length === 0 && spend === undefined)
      this.#append(head);
    else this.#commit(events, changes, spend);
    if (head !== undefined) for (const listener of this.#appended) listener();
    return events;
  }

  /** One statement is a transaction by itself, and most commits are one event. */
  #append(event: CommittedEvent): void {
    this.#guard(() => this.#events.append(event));
    this.#state = { ...this.#state, headSeq: event.seq, headHash: event.hash };
    this.#keepLogShort(this.#reserve?.broken === true);
  }

  #commit(
    events: readonly CommittedEvent[],
    changes: readonly JournalChange[],
    spend: 'reserve' | undefined,
  ): void {
    const head = events.at(-1);
    const work = (): JournalState => {
      for (const event of events) this.#events.append(event);
      let state = this.#state;
      if (head !== undefined) state = { ...state, headSeq: head.seq, headHash: head.hash };
      for (const change of changes) state = makeChange(this.#tables, state, change);
      return state;
    };
    this.#write(changes.some(changesDenials) ? 'denials' : 'transaction', work, spend);
  }

  /** Takes in what the mirror still knows of a lost database. Newer denials stay; guests' uses are unknown. */
  restore({ revocations, lockdowns, shutDoors }: Denials): void {
    const work = (): JournalState => {
      for (const revocation of revocations) this.#tables.denials.addRevocation(revocation);
      for (const lockdown of lockdowns) this.#tables.denials.setLockdown(lockdown);
      for (const setting of shutDoors) this.#tables.denials.addShutDoor(setting);
      return { ...this.#state, guestUsesKnown: 0 };
    };
    this.#write('denials', work, 'reserve');
  }

  after(seq: number, limit: number): readonly CommittedEvent[] {
    return this.#guard(() => this.#events.after(seq, limit));
  }

  acknowledge({
    log,
    upTo,
    hash,
    rewind = false,
  }: {
    readonly log: string;
    readonly upTo: number;
    readonly hash: string;
    readonly rewind?: boolean;
  }): AckOutcome {
    const { log: ours, headSeq, acked } = this.#state;
    if (log !== ours) return 'wrongLog';
    if (upTo > headSeq) return 'beyondHead';
    if (!this.#isHashOf(upTo, hash)) return 'wrongHash';
    if (upTo === acked || (upTo < acked && !rewind)) return 'alreadyAcknowledged';
    this.#write('transaction', () => ({ ...this.#state, acked: upTo }));
    return 'accepted';
  }

  prune({ now, keptMs }: { readonly now: EpochMs; readonly keptMs: number }): void {
    this.#write('transaction', () => {
      const { headSeq, acked } = this.#state;
      this.#marks.set(headSeq, now);
      this.#events.prune(Math.min(acked, this.#marks.reachedAt(now - keptMs)));
      return this.#state;
    });
  }

  onAppend(listener: () => void): () => void {
    this.#appended.add(listener);
    return () => this.#appended.delete(listener);
  }

  /** Runs after each commit that changed what `denials` says, before those of `onAppend`. */
  onDenialsChanged(listener: () => void): void {
    this.#denialsChanged.add(listener);
  }

  guestUses(guest: GuestId): GuestUses {
    const known = this.#state.guestUsesKnown === 1;
    return this.#guard(() => ({ ...this.#tables.persons.uses(guest), known }));
  }

  knownArea(subject: Subject): KnownArea | undefined {
    return this.#guard(() => this.#tables.persons.area(subject));
  }

  guesses(): GuessBudget {
    return this.#guard(() => this.#tables.guesses.budget());
  }

  codesTooShort(): boolean {
    return this.#guard(() => this.#tables.guesses.codesTooShort());
  }

  diskLow(): boolean {
    return this.#guard(() => this.#tables.disk.low());
  }

  shed(): Shed | undefined {
    return this.#guard(() => this.#tables.disk.shed());
  }

  denied(row: RowVersion): boolean {
    return this.#denylist.covers(row);
  }

  /** What the mirror keeps a copy of. */
  denials(): Denials {
    return this.#denials;
  }

  revocations(): readonly Revocation[] {
    return this.#denials.revocations;
  }

  lockdowns(): readonly Lockdown[] {
    return this.#denials.lockdowns;
  }

  operatorModes(): readonly OperatorSetting[] {
    return this.#guard(() => this.#tables.operators.all());
  }

  saltoNote(name: string): string | undefined {
    return this.#guard(() => this.#tables.salto.get(name));
  }

  seenCommand(id: string): SeenCommand | undefined {
    return this.#guard(() => this.#tables.commands.find(id));
  }

  unfinishedCommands(): readonly SeenCommand[] {
    return this.#guard(() => this.#tables.commands.unfinished());
  }

  clockFloor(): EpochMs {
    return this.#state.clockFloor;
  }

  lastWelcomeAt(): EpochMs | undefined {
    return this.#state.lastWelcomeAt ?? undefined;
  }

  close(): void {
    this.#db.close();
  }

  /** `work` changes tables and returns the state to store; memory follows when it is on disk. `denials` are read again. */
  #write(extent: 'transaction' | 'denials', work: () => JournalState, spend?: 'reserve'): void {
    const withDenials = extent === 'denials';
    const write = () => this.#guard(() => this.#transaction.immediate(withDenials, work));
    const reserve = spend && this.#reserve;
    const { next, denials } = reserve === undefined ? write() : spendingReserve(reserve, write);
    this.#state = next;
    if (withDenials) {
      this.#denials = denials;
      this.#denylist = new Denylist(denials.revocations);
      for (const listener of this.#denialsChanged) listener();
    }
    this.#keepLogShort(this.#reserve?.broken === true);
  }

  /**
   * Out of the reserve, the write-ahead log is worked into the database four times as often: its pages would take up
   * several times the room of the events in them.
   */
  #keepLogShort(frugal: boolean): void {
    if (frugal === this.#frugal) return;
    this.#frugal = frugal;
    this.#guard(() => this.#db.pragma(`wal_autocheckpoint = ${frugal ? frugalLogPages : usualLogPages}`));
  }

  /** An event that was pruned is known by its successor's link; where that is gone too, the signature must do. */
  #isHashOf(seq: number, hash: string): boolean {
    if (seq === this.#state.headSeq) return hash === this.#state.headHash;
    if (seq === 0) return hash === noHash;
    return this.#guard(() => {
      const event = this.#events.at(seq);
      if (event !== undefined) return hash === event.hash;
      const successor = this.#events.at(seq + 1);
      return successor === undefined || eventHash(hash, successor.body) === successor.hash;
    });
  }
}

function chain({ headSeq, headHash }: JournalState, bodies: readonly string[]): readonly CommittedEvent[] {
  let hash = headHash;
  return bodies.map((body, index) => {
    hash = eventHash(hash, body);
    return { seq: headSeq + index + 1, body, hash };
  });
}
