import { codeLengthFor } from '../core/code-length.ts';
import type { DoorId } from '../core/dataset.ts';
import {
  type GuessBudget,
  type GuessNote,
  type GuessRules,
  guessRules,
  isIdle,
  isLockedOut,
  isQuiet,
  type Keypad,
  nextNoteMs,
  settle,
  shifted,
  withMiss,
} from '../core/guess-budget.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { type Journal, type JournalChange, StorageFault } from '../ports/journal.ts';
import type { Replica } from '../ports/replica.ts';
import type { Also } from './door-runtime.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

/** While something is counted, its age is stored this often: a restart lengthens no lock by more than it. */
const storeEveryMs = 15 * 60_000;

interface GuessesParts {
  readonly journal: Journal;
  readonly replica: Replica;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/**
 * The guess budget of this console (DESIGN section 6): counts on the monotonic clock, rests in `events.db`, and tells of
 * locks and of their ends. Memory follows only what is on disk.
 */
export class Guesses {
  readonly #parts: GuessesParts;
  #budget: GuessBudget;
  #rules: GuessRules;
  #timer: { cancel(): void } | undefined;
  #unsubscribe: () => void = () => {};

  constructor(parts: GuessesParts) {
    this.#parts = parts;
    // The time between the last store and now is not known: it has not passed.
    this.#budget = shifted(parts.journal.guesses(), parts.clock.monotonicMs());
    this.#rules = guessRules(undefined);
  }

  start(): void {
    this.#unsubscribe = this.#parts.replica.onChange(() => this.#onDataset());
    this.#onDataset();
    this.#wait();
  }

  /** Stores how old everything is by now. */
  close(): void {
    this.#unsubscribe();
    this.#timer?.cancel();
    if (!isIdle(this.#budget)) this.#settle();
  }

  isLockedOut(keypad: Keypad): boolean {
    return isLockedOut(this.#budget, this.#rules, keypad, this.#nowMs());
  }

  isQuiet(keypad: Keypad): boolean {
    return isQuiet(this.#budget, keypad, this.#nowMs());
  }

  /** What a miss adds to the transaction of its own event: after a kill, the try is spent or was never made. */
  miss(keypad: Keypad, door: DoorId): Also {
    const { budget, notes } = withMiss(this.#budget, this.#rules, keypad, this.#nowMs());
    return {
      events: notes.map((note) => noteEvent(note, door)),
      changes: [this.#stored(budget)],
      onCommitted: () => {
        this.#budget = budget;
        this.#wait();
      },
    };
  }

  /**
   * Counts a directory code that nobody has.
   * @throws StorageFault when the disk refuses; then nothing was counted.
   */
  missDirectoryCode(accessPoint: string, door: DoorId): void {
    const { events, changes, onCommitted } = this.miss({ accessPoint, entry: 'directoryCode' }, door);
    this.#parts.recorder.commit(events, changes);
    onCommitted();
  }

  #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  #stored(budget: GuessBudget): JournalChange {
    return { kind: 'guesses', budget: shifted(budget, -this.#nowMs()) };
  }

  #wait(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (isIdle(this.#budget)) return;
    const untilNextMs = (nextNoteMs(this.#budget) ?? Number.POSITIVE_INFINITY) - this.#nowMs();
    const ms = untilNextMs > 0 ? Math.min(untilNextMs, storeEveryMs) : storeEveryMs;
    this.#timer = this.#parts.timers.after(ms, () => {
      this.#settle();
      this.#wait();
    });
  }

  #settle(): void {
    const { budget, notes } = settle(this.#budget, this.#rules, this.#nowMs());
    const events = notes.map((note) => noteEvent(note));
    if (this.#committed(events, [this.#stored(budget)])) this.#budget = budget;
  }

  #onDataset(): void {
    try {
      this.#readBuilding();
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'the rules of the guess budget could not be read');
    }
  }

  #readBuilding(): void {
    const { replica, journal, clock } = this.#parts;
    const building = replica.read((rows) => rows.building());
    this.#rules = guessRules(building);
    if (building === undefined) return;
    const { entryCodeLength } = building;
    const liveCodes = replica.liveCodes(clock.reading().now);
    const neededLength = codeLengthFor(liveCodes);
    const tooShort = liveCodes > 0 && entryCodeLength < neededLength;
    if (tooShort === journal.codesTooShort()) return;
    const said = { liveCodes, entryCodeLength, neededLength };
    const event: EventDraft = tooShort
      ? { type: 'CodesTooShort', severity: 'alarm', ...said }
      : { type: 'CodesLongEnough', severity: 'notice', ...said };
    this.#committed([event], [{ kind: 'codesTooShort', tooShort }]);
  }

  #committed(events: readonly EventDraft[], changes: readonly JournalChange[]): boolean {
    try {
      this.#parts.recorder.commit(events, changes);
      return true;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'an event could not be committed');
      return false;
    }
  }
}

function noteEvent(note: GuessNote, door?: DoorId): EventDraft {
  const where = door === undefined ? {} : { door };
  switch (note.kind) {
    case 'lockedOut': {
      const { accessPoint, entry, lockMs } = note;
      return { type: 'KeypadLockedOut', severity: 'alarm', accessPoint, entry, lockMs, ...where };
    }
    case 'lockoutEnded': {
      const { accessPoint, entry } = note;
      return { type: 'KeypadLockoutEnded', severity: 'notice', accessPoint, entry };
    }
    case 'spent':
      return { type: 'GuessBudgetSpent', severity: 'alarm', oneTryPerMs: note.oneTryPerMs };
    case 'restored':
      return { type: 'GuessBudgetRestored', severity: 'notice' };
    default:
      return note satisfies never;
  }
}
