import type { ClockReading } from '../core/access/facts.ts';
import { instantWriter } from '../core/time/instant-text.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventDraft, EventStamp } from '../ports/events.ts';
import { type CommittedEvent, type Journal, type JournalChange, StorageFault } from '../ports/journal.ts';
import { Shedding } from './disk-shedding.ts';
import { isTelemetry, maySpendReserve } from './disk-telemetry.ts';

/** Stamps events, serialises each once and commits them. What it returns is on disk. */
export class Recorder {
  /** Decides with the watch over the disk's space when telemetry is shed. */
  readonly shedding: Shedding;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #instantText = instantWriter();
  #live = false;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    this.shedding = new Shedding(journal.shed());
  }

  /** True while a session with an accepted welcome lasts; other events are marked as back-filled. */
  setLive(live: boolean): void {
    this.#live = live;
  }

  /**
   * On a nearly full disk telemetry is left out and counted, and what has to be kept may use up the reserve, all in this
   * turn (DESIGN section 8): what is returned never lacks an event that had to be kept.
   * @throws StorageFault when the disk refuses; then nothing may act.
   */
  commit(drafts: readonly EventDraft[], changes: readonly JournalChange[] = []): readonly CommittedEvent[] {
    try {
      return this.#commit(drafts, changes);
    } catch (error) {
      const isFull = error instanceof StorageFault && error.code === 'diskFull';
      if (!isFull || this.shedding.active) throw error;
      this.shedding.begin();
      return this.#commit(drafts, changes);
    }
  }

  #commit(drafts: readonly EventDraft[], changes: readonly JournalChange[]): readonly CommittedEvent[] {
    const { shedding } = this;
    if (!shedding.active) return this.#journal.commit(this.#bodies(drafts), changes);
    const kept = drafts.filter((draft) => !isTelemetry(draft));
    shedding.count(drafts.filter(isTelemetry));
    if (kept.length + changes.length === 0) return [];
    const mustBeKept = maySpendReserve(kept, changes);
    const shed = shedding.unstored();
    const all: readonly JournalChange[] = shed === undefined ? changes : [{ kind: 'shed', shed }, ...changes];
    try {
      const events = this.#journal.commit(this.#bodies(kept), all, mustBeKept ? 'reserve' : undefined);
      shedding.committed(shed);
      return events;
    } catch (error) {
      if (mustBeKept && error instanceof StorageFault && error.code === 'diskFull') shedding.refused();
      throw error;
    }
  }

  #bodies(drafts: readonly EventDraft[]): readonly string[] {
    // Written once for all of them, and put in where each ends.
    const stamp = JSON.stringify(this.#stamp(this.#clock.reading())).slice(1);
    return drafts.map((draft) => `${JSON.stringify(draft).slice(0, -1)},${stamp}`);
  }

  #stamp({ now, state }: ClockReading): EventStamp {
    return {
      time: this.#instantText(now),
      monotonicMs: this.#clock.monotonicMs(),
      boot: this.#clock.boot,
      clockState: state,
      ...(this.#live ? {} : { backfilled: true as const }),
    };
  }
}
