import type { Clock } from '../../controller/ports/clock.ts';
import { keyTime } from '../plan/key-time.ts';
import { type KeyRing, withKeyset } from '../protocol/keys.ts';
import type { DownPayload, SignedDownName } from '../protocol/messages.ts';
import { type Opened, openDown } from '../protocol/open-message.ts';
import type { Identity } from './identity.ts';
import { saveKeyset } from './keyset-file.ts';
import type { LinkLog } from './link-log.ts';

/** Whom the device believes, and until when. */
export class Trust {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #log: LinkLog;
  #ring: KeyRing;
  #welcomed = false;
  /** The keyset in use where the disk has not taken it: after a restart the head-end sends it again. */
  #unsaved: Uint8Array | undefined;

  constructor(identity: Identity, clock: Clock, log: LinkLog) {
    this.#identity = identity;
    this.#clock = clock;
    this.#log = log;
    this.#ring = identity.ring;
  }

  /** `n` of the keyset in use. */
  get keyset(): number {
    return this.#ring.n;
  }

  open<N extends SignedDownName>(name: N, message: Uint8Array): Opened<DownPayload<N>> {
    const { device, building } = this.#identity;
    return openDown(name, message, {
      ring: this.#ring,
      time: keyTime({
        reading: this.#clock.reading(),
        floor: this.#clock.floor(),
        welcomed: this.#welcomed,
      }),
      audiences: [device, `building:${building}`],
    });
  }

  /** From the first welcome on keys are judged by its time. */
  welcomed(): void {
    this.#welcomed = true;
    this.#save();
  }

  /** Takes up a keyset that has been opened; what the disk refuses is kept in memory and tried again with each welcome. */
  adopt(keyset: DownPayload<'keyset'>, jws: Uint8Array): 'adopted' | 'same' | 'older' {
    if (keyset.n === this.#ring.n) return 'same';
    if (keyset.n < this.#ring.n) return 'older';
    this.#ring = withKeyset(this.#ring, keyset);
    const isFirst = this.#unsaved === undefined;
    this.#unsaved = Uint8Array.from(jws);
    this.#save(isFirst);
    return 'adopted';
  }

  #save(tell = false): void {
    if (this.#unsaved === undefined) return;
    try {
      saveKeyset(this.#identity.folder, this.#unsaved);
      this.#unsaved = undefined;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      if (tell)
        this.#log.warn({ fault: error.code }, 'the keyset could not be written; it is used from memory');
    }
  }
}
