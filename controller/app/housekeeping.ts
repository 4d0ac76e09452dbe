import type { DoorId } from '../core/dataset.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import { type DatabaseName, type Journal, StorageFault } from '../ports/journal.ts';
import type { Replica } from '../ports/replica.ts';
import type { DoorClock } from './door-clock.ts';
import type { DoorProblems } from './door-problems.ts';
import type { LobbyService } from './lobby-service.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

const hourMs = 3_600_000;
const eventsKeptMs = 30 * 24 * hourMs;

export interface StorageNotice {
  readonly database: DatabaseName;
  readonly problem: string;
}

export interface HousekeepingParts {
  readonly recorder: Recorder;
  readonly journal: Journal;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly doorClock: DoorClock;
  readonly problems: DoorProblems;
  readonly lobby: LobbyService;
  readonly software: string;
  readonly log: Log;
}

/** What happens at a start, at a change of the dataset, every hour and at an end, apart from anybody asking. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  #timer: { cancel(): void } | undefined;
  #sweeping: { cancel(): void } | undefined;
  #unsubscribe: () => void = () => {};

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  start(notices: readonly StorageNotice[], simulated: readonly DoorId[]): void {
    const { software, replica, lobby, doorClock, problems } = this.#parts;
    this.#record([
      ...notices.map(
        ({ database, problem }): EventDraft => ({
          type: 'StorageFault',
          severity: 'alarm',
          database,
          problem,
        }),
      ),
      { type: 'ControllerStarted', severity: 'info', software, simulated },
    ]);
    this.#unsubscribe = replica.onChange(() => {
      doorClock.look('dataset');
      problems.refresh();
      lobby.refresh();
      this.#sweepSoon();
    });
    problems.refresh();
    this.#sweepSoon();
    this.#hourly();
  }

  stop(simulated: readonly DoorId[]): void {
    this.#timer?.cancel();
    this.#sweeping?.cancel();
    this.#unsubscribe();
    this.#raiseFloor();
    this.#record([
      { type: 'ControllerStopped', severity: 'info', software: this.#parts.software, simulated },
    ]);
  }

  #hourly(): void {
    this.#timer = this.#parts.timers.after(hourMs, () => {
      this.#raiseFloor();
      this.#prune();
      this.#hourly();
    });
  }

  /** Rows of an earlier version go a few a turn: a snapshot leaves tens of thousands, and doors decide in between. */
  #sweepSoon(): void {
    this.#sweeping?.cancel();
    this.#sweeping = this.#parts.timers.after(0, () => {
      this.#sweeping = undefined;
      if (this.#sweep()) this.#sweepSoon();
    });
  }

  #sweep(): boolean {
    try {
      return this.#parts.replica.sweep();
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'rows of an earlier version could not be deleted');
      return false;
    }
  }

  #prune(): void {
    const { journal, clock, log } = this.#parts;
    const { source, now } = clock.status();
    // A battery clock may be months behind: what it dates would seem to be old enough once the time is known again.
    if (source === 'none' || source === 'systemClock') return;
    try {
      journal.prune({ now, keptMs: eventsKeptMs });
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, 'old events could not be deleted');
    }
  }

  /** A welcome and the monotonic time since raise the floor; a battery clock never does (DESIGN section 7). */
  #raiseFloor(): void {
    const { clock } = this.#parts;
    const floor = clock.floor();
    if (floor > this.#parts.journal.clockFloor()) this.#record([], floor);
  }

  #record(events: readonly EventDraft[], floor?: number): void {
    try {
      this.#parts.recorder.commit(events, floor === undefined ? [] : [{ kind: 'clockFloor', floor }]);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'an event could not be committed');
    }
  }
}
