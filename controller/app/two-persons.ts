import type { Decision } from '../core/access/decision.ts';
import type { DoorState } from '../core/access/facts.ts';
import type { DoorId } from '../core/dataset.ts';
import type { Clock } from '../ports/clock.ts';

/** How long the first person waits for the second. */
export const secondPersonWithinMs = 30_000;

interface First {
  readonly subject: Decision['subject'];
  readonly untilMonotonicMs: number;
}

/** Who has been accepted as the first of two, at which door. In memory: after a restart both begin anew. */
export class TwoPersons {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #first = new Map<DoorId, First>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  decided(door: DoorId, decision: Decision): void {
    if (decision.outcome === 'grant') this.#first.delete(door);
    else if (decision.reason === 'secondPersonNeeded')
      this.#first.set(door, {
        subject: decision.subject,
        untilMonotonicMs: this.#clock.monotonicMs() + secondPersonWithinMs,
      });
  }

  waitingAt(door: DoorId): Pick<DoorState, 'firstPersonWaiting' | 'firstPerson'> {
    const first = this.#first.get(door);
    if (first === undefined || this.#clock.monotonicMs() >= first.untilMonotonicMs)
      return { firstPersonWaiting: false };
    const { subject } = first;
    return { firstPersonWaiting: true, ...(subject === undefined ? {} : { firstPerson: subject }) };
  }
}
