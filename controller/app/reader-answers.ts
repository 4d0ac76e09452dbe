/** What the readers of this console show to whoever stands there. */
import type { DoorMode } from '../core/access/facts.ts';
import type { DoorId } from '../core/dataset.ts';
import { type ReaderOutcome, readerTexts } from '../core/reader/reader-texts.ts';
import type { AccessAnswer } from '../ports/access-control.ts';
import type { Timers } from '../ports/clock.ts';
import type { ReaderLine } from '../ports/reader.ts';
import { denialAfterMs } from './denial-time.ts';

const opensToPeople: ReadonlySet<DoorMode> = new Set(['Accessed', 'Unlocked', 'LockedOpen']);

/** Which door a reader is at, and the line that it is on. */
export interface ReaderSetup {
  readonly door: DoorId;
  readonly line: ReaderLine;
}

export class ReaderAnswers {
  readonly #readers: ReadonlyMap<string, ReaderSetup>;
  readonly #timers: Timers;
  /** Readers that show that their door opens. */
  readonly #green = new Set<string>();
  /** Answers whose time has not come. */
  readonly #late = new Set<{ cancel(): void }>();

  constructor(readers: ReadonlyMap<string, ReaderSetup>, timers: Timers) {
    this.#readers = readers;
    this.#timers = timers;
  }

  close(): void {
    for (const timer of this.#late) timer.cancel();
    this.#late.clear();
  }

  /** Asks `decide` about a typed code: a denial is shown at one time, whatever its reason and however long that took. */
  typed(reader: string, decide: () => AccessAnswer): void {
    // Before anything is looked up.
    let late: AccessAnswer | undefined;
    const timer = this.#timers.after(denialAfterMs, () => {
      this.#late.delete(timer);
      if (late !== undefined) this.answer(reader, late);
    });
    const answer = decide();
    if (answer.outcome === 'deny') {
      late = answer;
      this.#late.add(timer);
    } else {
      timer.cancel();
      this.answer(reader, answer);
    }
  }

  answer(reader: string, { outcome, reason, opensForMs }: AccessAnswer): void {
    const faulty = reason === 'storageFault' || reason === 'doorFault';
    this.show(reader, outcome === 'grant' ? 'granted' : faulty ? 'fault' : 'denied', opensForMs);
  }

  show(reader: string, outcome: ReaderOutcome, forMs?: number): void {
    if (outcome === 'granted') this.#green.add(reader);
    else this.#green.delete(reader);
    const feedback = { outcome, text: readerTexts[outcome], ...(forMs === undefined ? {} : { forMs }) };
    this.#readers.get(reader)?.line.show(reader, feedback);
  }

  /** A reader says no longer that the door opens than it does: it may have relocked behind somebody, or be locked down. */
  doorStands(door: DoorId, mode: DoorMode): void {
    if (opensToPeople.has(mode)) return;
    for (const [reader, setup] of this.#readers)
      if (setup.door === door && this.#green.delete(reader)) setup.line.endShow(reader);
  }
}
