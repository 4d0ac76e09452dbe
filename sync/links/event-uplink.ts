import type { Timers } from '../../controller/ports/clock.ts';
import type { AckOutcome, Journal } from '../../controller/ports/journal.ts';
import { backOffMs } from '../plan/back-off.ts';
import { eventBatch } from '../plan/event-batch.ts';
import { durations, limits } from '../protocol/limits.ts';
import type { Ack } from '../protocol/messages.ts';
import type { UpChannel } from './up-channel.ts';

/** Brings committed events to the cloud: one batch in flight, sent again until the cloud acknowledges it. */
export class EventUplink {
  readonly #channel: UpChannel;
  readonly #journal: Journal;
  readonly #timers: Timers;
  #online = false;
  /** Waiting for an ack; the timer sends again. */
  #resend: { cancel(): void } | undefined;
  #attempts = 0;
  #poke: { cancel(): void } | undefined;
  /** Once for each connection and welcome a restored cloud may go back to an earlier event: its words may be repeated by others. */
  #mayRewind = false;

  constructor(channel: UpChannel, journal: Journal, timers: Timers) {
    this.#channel = channel;
    this.#journal = journal;
    this.#timers = timers;
  }

  start(): void {
    this.#online = true;
    this.#mayRewind = true;
    this.#sendFromAcked();
  }

  stop(): void {
    this.#online = false;
    this.#poke?.cancel();
    this.#poke = undefined;
    this.#rest();
  }

  /** Events were committed. Sent in a turn of its own: a door must not wait for a signature. */
  appended(): void {
    if (!this.#online || this.#resend !== undefined || this.#poke !== undefined) return;
    this.#poke = this.#timers.after(0, () => {
      this.#poke = undefined;
      if (this.#resend === undefined) this.#sendFromAcked();
    });
  }

  /** The cloud is there: what it let pass unanswered while it was away does not wait for the back-off to end. */
  welcomed(): void {
    this.#mayRewind = true;
    if (this.#attempts <= 1) return;
    this.#rest();
    this.#sendFromAcked();
  }

  /** The cloud holds events. Anything but the first two outcomes has changed nothing. */
  acknowledged({ log, upTo, hash, rewind }: Ack): AckOutcome {
    const before = this.#journal.acked();
    const outcome = this.#journal.acknowledge({
      log,
      upTo,
      hash,
      rewind: rewind === true && this.#mayRewind,
    });
    if (outcome === 'accepted') {
      if (upTo < before) this.#mayRewind = false;
      this.#rest();
      this.#sendFromAcked();
    }
    return outcome;
  }

  #rest(): void {
    this.#resend?.cancel();
    this.#resend = undefined;
    this.#attempts = 0;
  }

  #sendFromAcked(): void {
    if (!this.#online) return;
    const waitMs = backOffMs(this.#attempts, durations.eventsResendMs, durations.eventsResendMaxMs);
    this.#resend?.cancel();
    // First: a disk that refuses is asked again.
    this.#resend = this.#timers.after(waitMs, () => this.#sendFromAcked());
    const { log } = this.#journal;
    const events = eventBatch(this.#journal.after(this.#journal.acked(), limits.eventBatchCount));
    if (events.length === 0) {
      this.#rest();
      return;
    }
    this.#attempts += 1;
    this.#channel.send('events', { log, events: [...events] });
  }
}
