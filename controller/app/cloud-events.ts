import type { ClockReading } from '../core/access/facts.ts';
import type { Timers } from '../ports/clock.ts';
import type { CloudListener, LinkState } from '../ports/cloud.ts';
import type { EventDraft } from '../ports/events.ts';
import { type Journal, type JournalChange, StorageFault } from '../ports/journal.ts';
import type { RowRefusal } from '../ports/replica.ts';
import { clockEvent } from './clock-events.ts';
import { LinkWatch } from './link-watch.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';
import { RefusalCounter } from './refusal-counter.ts';
import type { SystemClock } from './system-clock.ts';

/** A welcome that lowers the floor by less than this corrects drift; by more it is an alarm. */
const driftMs = 60_000;

/** So many refused rows of one delta or snapshot are told one by one. */
const mostRowsTold = 100;

/** What the link tells, as state, events and log lines. */
export class CloudEvents implements CloudListener {
  readonly #journal: Journal;
  readonly #recorder: Recorder;
  readonly #clock: SystemClock;
  readonly #log: Log;
  readonly #refusals: RefusalCounter;
  readonly #watch: LinkWatch;
  readonly #onLink: () => void;
  #link: LinkState = { connected: false };

  constructor(parts: {
    readonly journal: Journal;
    readonly recorder: Recorder;
    readonly clock: SystemClock;
    readonly timers: Timers;
    readonly log: Log;
    /** The link is up, down or in session: what shows it is out of date. */
    readonly onLink: () => void;
  }) {
    this.#journal = parts.journal;
    this.#recorder = parts.recorder;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#onLink = parts.onLink;
    this.#watch = new LinkWatch(parts.timers, (event, words) => {
      this.#log.warn({}, words);
      this.#record([event]);
      this.#onLink();
    });
    this.#refusals = new RefusalCounter(parts.timers, (message, reason, count) => {
      this.#log.warn({ message, reason, count }, 'a message was refused');
      this.#record([{ type: 'SecurityEvent', severity: 'warning', message, reason, count }]);
    });
  }

  link(): LinkState & { readonly stale: boolean } {
    return { ...this.#link, stale: this.#watch.stale };
  }

  linkChanged(state: LinkState): void {
    const before = this.#link;
    this.#link = state;
    this.#recorder.setLive(state.session !== undefined);
    this.#watch.changed(state);
    if (state.connected !== before.connected || state.problem !== before.problem) {
      this.#log.info({ connected: state.connected, problem: state.problem }, 'cloud link');
    }
    this.#onLink();
  }

  welcomed({ time, atMonotonicMs }: { readonly time: number; readonly atMonotonicMs: number }): void {
    const before = this.#clock.reading();
    const news = this.#clock.setFromWelcome({ time, atMonotonicMs });
    this.#record(
      [...this.#clockEvents(before, time), ...news.map(clockEvent)],
      [
        { kind: 'clockFloor', floor: time },
        { kind: 'welcome', at: time },
      ],
    );
    this.#watch.welcomed();
  }

  /** Doctor lists them from the dataset itself: the log need not hold each of a snapshot's thousands, for which doors would wait. */
  rowsRefused(refusals: readonly RowRefusal[]): void {
    const told = refusals.slice(0, mostRowsTold);
    const more = refusals.length - told.length;
    // One transaction for all: no door waits for as many fsyncs.
    this.#record([
      ...told.map(
        ({ table, id, field, problem }): EventDraft => ({
          ...{ type: 'DatasetRowRefused', severity: 'warning' },
          ...{ table, id, field, problem },
        }),
      ),
      ...(more === 0 ? [] : [{ type: 'DatasetRowsRefused', severity: 'warning', count: more } as const]),
    ]);
  }

  messageRefused({ message, reason }: { readonly message: string; readonly reason: string }): void {
    this.#refusals.count(message, reason);
  }

  /** The link has ended: what is still counted is recorded. */
  close(): void {
    this.#refusals.close();
    this.#watch.close();
  }

  #clockEvents(before: ClockReading, time: number): readonly EventDraft[] {
    const floor = this.#journal.clockFloor();
    if (floor - time > driftMs) {
      return [
        { type: 'ClockChanged', severity: 'alarm', problem: 'a welcome lowered the floor of the clock' },
      ];
    }
    if (before.state === 'unknown') {
      return [
        {
          type: 'ClockChanged',
          severity: 'info',
          problem: 'the clock was unknown and is set by the welcome',
        },
      ];
    }
    return [];
  }

  #record(events: readonly EventDraft[], changes: readonly JournalChange[] = []): void {
    try {
      this.#recorder.commit(events, changes);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#log.error({ fault: error.code }, 'an event could not be committed');
    }
  }
}
