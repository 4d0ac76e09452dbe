import type { Timers } from '../ports/clock.ts';
import type { LinkState } from '../ports/cloud.ts';
import type { EventDraft } from '../ports/events.ts';

type LinkNews = Extract<EventDraft, { type: 'DeviceIdContested' | 'CloudLinkStale' | 'CloudLinkFresh' }>;

/**
 * A device says hello every 5 minutes: one that has not been welcomed for an hour is cut off, or somebody between it and
 * the cloud withholds what the cloud says, revocations perhaps (PROTOCOL failure case 26).
 */
const staleAfterMs = 3_600_000;

const words = {
  contested: 'the broker keeps closing the connection: another device seems to use the same id',
  stale: 'nothing fresh has come from the cloud for an hour',
  fresh: 'the cloud is heard again',
} as const;

/** Sees what a single state of the link does not tell, and records its beginning and its end once each. */
export class LinkWatch {
  readonly #timers: Timers;
  readonly #record: (event: LinkNews, words: string) => void;
  #silence: { cancel(): void } | undefined;
  #stale = false;
  #contested = false;

  constructor(timers: Timers, record: (event: LinkNews, words: string) => void) {
    this.#timers = timers;
    this.#record = record;
  }

  /** Nothing of the cloud's that proves its freshness has come for an hour. */
  get stale(): boolean {
    return this.#stale;
  }

  changed({ contested: claimed }: LinkState): void {
    const contested = claimed === true;
    if (this.#silence === undefined && !this.#stale) this.#listen();
    if (contested && !this.#contested)
      this.#record({ type: 'DeviceIdContested', severity: 'alarm' }, words.contested);
    this.#contested = contested;
  }

  welcomed(): void {
    if (this.#stale) this.#record({ type: 'CloudLinkFresh', severity: 'notice' }, words.fresh);
    this.#stale = false;
    this.#listen();
  }

  close(): void {
    this.#silence?.cancel();
  }

  #listen(): void {
    this.#silence?.cancel();
    this.#silence = this.#timers.after(staleAfterMs, () => {
      this.#silence = undefined;
      this.#stale = true;
      this.#record({ type: 'CloudLinkStale', severity: 'warning' }, words.stale);
    });
  }
}
