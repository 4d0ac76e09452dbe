/**
 * What a reader reports again and again: a loose wire, a flapping adapter, somebody who plays with the tamper contact. Up to the
 * limit everything is told at once; beyond it one event a minute tells how often it changed, and when it is steady again how
 * it stands.
 */
import {
  type ContactRate,
  chatterLookMs,
  countChange,
  lookAtRate,
  quiet,
} from '../core/door/contact-rate.ts';
import type { Timers } from '../ports/clock.ts';
import type { EventDraft } from '../ports/events.ts';
import type { ReaderPlace } from './reader-events.ts';

/** Of each only the last is kept while the reader is unsteady. */
export type ReaderAspect = 'standing' | 'tamper' | 'power' | 'alarm';

interface SteadinessParts {
  readonly place: ReaderPlace;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  readonly record: (events: readonly EventDraft[]) => void;
}

export class ReaderSteadiness {
  readonly #parts: SteadinessParts;
  readonly #withheld = new Map<ReaderAspect, EventDraft>();
  #rate: ContactRate = quiet;
  #looking: { cancel(): void } | undefined;

  constructor(parts: SteadinessParts) {
    this.#parts = parts;
  }

  tell(aspect: ReaderAspect, event: EventDraft): void {
    const { place, monotonicMs, record } = this.#parts;
    const { rate, began } = countChange(this.#rate, monotonicMs());
    this.#rate = rate;
    if (!rate.chattering) {
      record([event]);
      return;
    }
    this.#withheld.set(aspect, event);
    if (!began) return;
    record([{ type: 'ReaderUnsteady', severity: 'warning', ...place, count: rate.changes }]);
    this.#lookLater();
  }

  close(): void {
    this.#looking?.cancel();
  }

  #lookLater(): void {
    this.#looking = this.#parts.timers.after(chatterLookMs, () => this.#look());
  }

  #look(): void {
    const { place, monotonicMs, record } = this.#parts;
    const { rate, news } = lookAtRate(this.#rate, monotonicMs());
    this.#rate = rate;
    if (news.kind === 'calm') {
      const now = [...this.#withheld.values()];
      this.#withheld.clear();
      record([{ type: 'ReaderSteady', severity: 'notice', ...place, count: news.count }, ...now]);
      return;
    }
    if (news.kind === 'still')
      record([{ type: 'ReaderUnsteady', severity: 'warning', ...place, count: news.count }]);
    this.#lookLater();
  }
}
