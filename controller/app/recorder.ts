import type { ClockReading } from '../core/access/facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventDraft, EventStamp } from '../ports/events.ts';
import type { CommittedEvent, Journal, JournalChange } from '../ports/journal.ts';

/** Stamps events, serialises each once and commits them. What it returns is on disk. */
export class Recorder {
  readonly #journal: Journal;
  readonly #clock: Clock;
  #live = false;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** True while a session with an accepted welcome lasts; other events are marked as back-filled. */
  setLive(live: boolean): void {
    this.#live = live;
  }

  /** @throws StorageFault when the disk refuses; then nothing may act. */
  commit(drafts: readonly EventDraft[], changes: readonly JournalChange[] = []): readonly CommittedEvent[] {
    const stamp = this.#stamp(this.#clock.reading());
    const bodies = drafts.map(({ type, severity, ...fields }) =>
      JSON.stringify({ type, severity, ...stamp, ...fields }),
    );
    return this.#journal.commit(bodies, changes);
  }

  #stamp({ now, state }: ClockReading): EventStamp {
    return {
      time: new Date(now).toISOString(),
      monotonicMs: this.#clock.monotonicMs(),
      boot: this.#clock.boot,
      clockState: state,
      ...(this.#live ? {} : { backfilled: true as const }),
    };
  }
}
