import { noHash } from '../../../controller/core/hash-forms.ts';
import type { EventBatch, Hello } from '../../protocol/messages.ts';
import { countUses, useChanges } from '../dataset/guest-uses.ts';
import { commitChanges } from '../dataset/publish-rows.ts';
import type { BatchOutcome } from '../store/event-store.ts';
import type { Parts } from './parts.ts';

/** Takes events into the store and acknowledges them, in this order (PROTOCOL "Events"). */
export class EventIntake {
  readonly #parts: Parts;
  readonly #taken: () => void;
  readonly #published: () => void;

  constructor(parts: Parts, on: { readonly taken: () => void; readonly published: () => void }) {
    this.#parts = parts;
    this.#taken = on.taken;
    this.#published = on.published;
  }

  /** @throws when the disk refuses: the batch is then neither stored nor acknowledged. */
  batch(device: string, batch: EventBatch): void {
    const { store, links, log } = this.#parts;
    const known = links.of(device).log;
    const held = store.events.head(device, batch.log);
    // The device has learnt that we hold no more than this, and still begins later: it keeps nothing older.
    const gapIsFinal = known?.id === batch.log && known.acked <= held.head;
    const { outcome, told } = store.transact(() => this.#take(device, batch, gapIsFinal));
    switch (outcome.kind) {
      case 'held':
        if (outcome.fresh.length > 0) this.#taken();
        this.#ack(device, batch.log, outcome.head, outcome.hash, false);
        if (told) this.#published();
        return;
      case 'gap':
        log('warn', 'events are missing before a batch', {
          device,
          first: outcome.first,
          held: outcome.head,
        });
        this.#ack(device, batch.log, outcome.head, outcome.hash, true);
        return;
      case 'wrongHash':
        log('error', 'an event does not follow from the ones before it', { device, seq: outcome.seq });
        return;
      default:
        outcome satisfies never;
    }
  }

  /** Events and the uses of guests that they tell of, which every console is told in turn. */
  #take(
    device: string,
    batch: EventBatch,
    gapIsFinal: boolean,
  ): { readonly outcome: BatchOutcome; readonly told: boolean } {
    const { store, clock } = this.#parts;
    const outcome = store.events.take(device, batch, clock.now(), gapIsFinal);
    if (outcome.kind !== 'held') return { outcome, told: false };
    const changes = useChanges(store, countUses(store, batch.log, outcome.fresh));
    return { outcome, told: changes.length > 0 && commitChanges(store, changes).kind === 'published' };
  }

  /** Answers where the device and we differ about what is acknowledged: a lost ack, or a restored backup here. */
  hello(device: string, { log, eventHead, eventAcked }: Hello): void {
    const { store, links } = this.#parts;
    links.of(device).log = { id: log, acked: eventAcked };
    const { head, hash } = store.events.head(device, log);
    if (eventAcked > head) this.#ack(device, log, head, hash, true);
    else if (head > eventAcked && head <= eventHead) this.#ack(device, log, head, hash, false);
  }

  #ack(device: string, log: string, upTo: number, hash: string, rewind: boolean): void {
    this.#parts.post.signed(device, 'ack', () => ({
      aud: device,
      log,
      upTo,
      hash: upTo === 0 ? noHash : hash,
      ...(rewind ? { rewind } : {}),
    }));
  }
}
