import type { DoorId } from '../core/dataset.ts';
import type { EventDraft } from '../ports/events.ts';
import { StorageFault } from '../ports/journal.ts';
import type { Doors } from './doors.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

/** What the dataset asks of doors that cannot be: told once, kept for whoever looks, told again when it is over. */
export class DoorProblems {
  readonly #parts: { readonly doors: Doors; readonly recorder: Recorder; readonly log: Log };
  #known: ReadonlyMap<DoorId, readonly string[]> = new Map();

  constructor(parts: { readonly doors: Doors; readonly recorder: Recorder; readonly log: Log }) {
    this.#parts = parts;
  }

  of(door: DoorId): readonly string[] {
    return this.#known.get(door) ?? [];
  }

  /** At the start and after every change of the dataset. */
  refresh(): void {
    const { doors, recorder, log } = this.#parts;
    try {
      const found = doors.problems();
      const events = [...found].flatMap(([door, problems]) => newsOf(door, this.of(door), problems));
      if (events.length > 0) recorder.commit(events);
      this.#known = found;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, "the doors' rows could not be looked at");
    }
  }
}

function newsOf(door: DoorId, before: readonly string[], after: readonly string[]): readonly EventDraft[] {
  if (after.join('\n') === before.join('\n')) return [];
  return [
    after.length === 0
      ? { type: 'DoorWellConfigured', severity: 'notice', door }
      : { type: 'DoorMisconfigured', severity: 'warning', door, problems: after },
  ];
}
