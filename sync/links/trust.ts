import type { Clock } from '../../controller/ports/clock.ts';
import { keyTime } from '../plan/key-time.ts';
import { type KeyRing, withKeyset } from '../protocol/keys.ts';
import type { DownPayload, SignedDownName } from '../protocol/messages.ts';
import { type Opened, openDown } from '../protocol/open-message.ts';
import type { Identity } from './identity.ts';
import { saveKeyset } from './keyset-file.ts';

/** Whom the device believes, and until when. */
export class Trust {
  readonly #identity: Identity;
  readonly #clock: Clock;
  #ring: KeyRing;
  #welcomed = false;

  constructor(identity: Identity, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
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
  }

  /** Takes up a keyset that has been opened, once it rests on disk. */
  adopt(keyset: DownPayload<'keyset'>, jws: Uint8Array): 'adopted' | 'same' | 'older' {
    if (keyset.n === this.#ring.n) return 'same';
    if (keyset.n < this.#ring.n) return 'older';
    saveKeyset(this.#identity.folder, jws);
    this.#ring = withKeyset(this.#ring, keyset);
    return 'adopted';
  }
}
