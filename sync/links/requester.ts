import type { Timers } from '../../controller/ports/clock.ts';
import type { Replica } from '../../controller/ports/replica.ts';
import { backOffMs } from '../plan/back-off.ts';
import { durations } from '../protocol/limits.ts';
import type { UpChannel } from './up-channel.ts';

export type Need =
  | { readonly need: 'deltas' }
  /** `reject` names a snapshot whose chunks or rows were wrong: another must be built. */
  | { readonly need: 'snapshot'; readonly reject?: string }
  /** `indexes` is asked at each sending, so that a repetition names only what still lacks. */
  | { readonly need: 'chunks'; readonly snapshot: string; readonly indexes: () => readonly number[] };

/** One request outstanding, repeated after 2 s with back-off to 30 s until it is settled. */
export class Requester {
  readonly #channel: UpChannel;
  readonly #replica: Replica;
  readonly #timers: Timers;
  #outstanding: Need | undefined;
  #sendings = 0;
  #repeat: { cancel(): void } | undefined;

  constructor(channel: UpChannel, replica: Replica, timers: Timers) {
    this.#channel = channel;
    this.#replica = replica;
    this.#timers = timers;
  }

  get outstanding(): Need['need'] | undefined {
    return this.#outstanding?.need;
  }

  /** The outstanding request has been sent again at least once and nothing has come of it. */
  get unanswered(): boolean {
    return this.#sendings > 1;
  }

  /** Asks now. Deltas wait while anything is outstanding: a snapshot on its way closes the gap too. */
  ask(need: Need): void {
    if (need.need === 'deltas' && this.#outstanding !== undefined) return;
    this.#outstanding = need;
    this.again();
  }

  settle(need: Need['need']): void {
    if (this.#outstanding?.need !== need) return;
    this.#outstanding = undefined;
    this.stop();
  }

  /** Sends the outstanding request, if there is one, at once: after a reconnect, or for the next chunks. */
  again(): void {
    this.stop();
    this.#send();
  }

  /** The cloud is there: what it let pass unanswered while it was away does not wait for the back-off to end. */
  welcomed(): void {
    if (this.#outstanding !== undefined && this.unanswered) this.again();
  }

  /** Stops repeating; what is outstanding stays so. */
  stop(): void {
    this.#repeat?.cancel();
    this.#sendings = 0;
  }

  #send(): void {
    const need = this.#outstanding;
    if (need === undefined) return;
    const waitMs = backOffMs(this.#sendings, durations.requestRepeatMs, durations.requestRepeatMaxMs);
    // First: a disk that refuses is asked again.
    this.#repeat = this.#timers.after(waitMs, () => this.#send());
    const { epoch, seq, digest } = this.#replica.cursor();
    const detail = need.need === 'chunks' ? { ...need, indexes: [...need.indexes()] } : need;
    if (this.#channel.send('request', { epoch, seq, digest, ...detail })) this.#sendings += 1;
  }
}
