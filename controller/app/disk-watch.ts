import {
  type DiskSpace,
  diskState,
  isLow,
  isScarce,
  mayGrowReserve,
  reserveSliceBytes,
  reserveWantedBytes,
  type Shed,
  usedPercentOf,
} from '../core/disk-space.ts';
import type { Timers } from '../ports/clock.ts';
import type { Disk } from '../ports/disk.ts';
import type { EventDraft } from '../ports/events.ts';
import { type Journal, type JournalChange, StorageFault } from '../ports/journal.ts';
import type { DiskStatus } from '../ports/lobby.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

const lookEveryMs = 60_000;
/** Between two slices of the reserve: each costs an fsync, and doors wait for it. */
const growEveryMs = 1_000;

interface DiskWatchParts {
  readonly disk: Pick<Disk, 'space' | 'reserve' | 'onFault'>;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly timers: Timers;
  readonly log: Log;
}

/** Looks how full the disk is, every minute and after each refusal: tells the alarm, ends the shedding, keeps the reserve. */
export class DiskWatch {
  readonly #parts: DiskWatchParts;
  #timer: { cancel(): void } | undefined;
  #unsubscribe: () => void = () => {};
  #looking: Promise<void> | undefined;
  #closed = false;
  #space: DiskSpace | undefined;
  /** The alarm stands: as on disk, and there for a status when the disk cannot be read. */
  #low: boolean;
  #logged: DiskStatus['state'] = 'ample';

  constructor(parts: DiskWatchParts) {
    this.#parts = parts;
    this.#low = parts.journal.diskLow();
  }

  start(): void {
    this.#unsubscribe = this.#parts.disk.onFault(({ code }) => {
      if (code === 'diskFull') this.#lookAfter(0);
    });
    void this.look();
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#timer?.cancel();
  }

  status(): DiskStatus {
    const { active: scarce, refusing } = this.#parts.recorder.shedding;
    return {
      usedPercent: this.#space === undefined ? 0 : Math.round(usedPercentOf(this.#space)),
      state: diskState({ low: this.#low, scarce, refusing }),
    };
  }

  /** Resolves when what was found has been acted upon. One look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    this.#timer?.cancel();
    let waitMs = lookEveryMs;
    try {
      const space = await this.#parts.disk.space();
      if (this.#closed) return;
      this.#space = space;
      waitMs = this.#act(space);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.warn({ fault: error.code }, 'the space on the disk could not be looked after');
    }
    if (!this.#closed) this.#lookAfter(waitMs);
  }

  #lookAfter(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.timers.after(ms, () => void this.look());
  }

  /** @returns how long until the next look. @throws StorageFault when the disk refuses the reserve */
  #act(space: DiskSpace): number {
    this.#judgeAlarm(space);
    const { reserve } = this.#parts.disk;
    if (space.availableBytes >= reserveSliceBytes) this.#parts.recorder.shedding.roomFound();
    const wantedBytes = reserveWantedBytes(space);
    const size = { wantedBytes, keptBytes: reserve.keptBytes };
    this.#judgeScarcity(isScarce(this.#parts.recorder.shedding.active, space, size));
    this.#logState();
    if (!mayGrowReserve(space, size)) return lookEveryMs;
    reserve.grow(wantedBytes);
    return growEveryMs;
  }

  #judgeAlarm(space: DiskSpace): void {
    const low = isLow(this.#low, space);
    if (low === this.#low) return;
    const usedPercent = Math.round(usedPercentOf(space));
    const { availableBytes } = space;
    const told = this.#record(
      low
        ? { type: 'DiskSpaceLow', severity: 'alarm', usedPercent, availableBytes }
        : { type: 'DiskSpaceBack', severity: 'notice', usedPercent, availableBytes },
      { kind: 'diskLow', low },
    );
    if (told) this.#low = low;
  }

  #judgeScarcity(scarce: boolean): void {
    const { shedding } = this.#parts.recorder;
    if (scarce === shedding.active) return;
    if (scarce) shedding.begin();
    else if (this.#hasToldShed(shedding.shed)) shedding.end();
  }

  #hasToldShed({ counts, refused }: Shed): boolean {
    if (Object.keys(counts).length === 0 && refused === 0) return true;
    return this.#record(
      { type: 'TelemetryShed', severity: 'warning', counts, refused },
      { kind: 'shed', shed: undefined },
    );
  }

  #logState(): void {
    const { usedPercent, state } = this.status();
    if (state === this.#logged) return;
    this.#logged = state;
    this.#parts.log[state === 'ample' ? 'info' : 'warn']({ usedPercent, state }, 'space on the disk');
  }

  /** False when the disk refused: the next look tries again. */
  #record(event: EventDraft, change: JournalChange): boolean {
    try {
      this.#parts.recorder.commit([event], [change]);
      return true;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'an event could not be committed');
      return false;
    }
  }
}
