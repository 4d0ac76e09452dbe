import { type JwsSigner, signJws } from '../../protocol/jws.ts';
import { type DownPayload, downMessages, type KeyRole } from '../../protocol/messages.ts';
import { downTopic } from '../../protocol/topics.ts';
import type { HeadEndKeys } from '../keys/head-end-keys.ts';

/** False when there is no room: offline, or 16 messages in flight. */
type Publish = (topic: string, payload: string | Uint8Array) => boolean;

type SignedName = 'welcome' | 'delta' | 'manifest' | 'command' | 'ack';

/** More than a hello's answer to every console of a large site; beyond it the resending rules take over. */
const waitingLimit = 4_096;

/**
 * Messages on their way down, in order. The connection has room for 16 in flight; the rest waits here unsigned, so
 * that a welcome tells the time at which it leaves.
 */
export class Post {
  readonly #publish: Publish;
  readonly #keys: HeadEndKeys;
  /** `n` of the keyset that each device has, as far as its last hello told. */
  readonly #keysets = new Map<string, number>();
  readonly #waiting: { readonly topic: string; readonly make: () => string | Uint8Array }[] = [];
  #draining = false;

  constructor(publish: Publish, keys: HeadEndKeys) {
    this.#publish = publish;
    this.#keys = keys;
  }

  /** The device has this keyset, or is sent it in answer to its hello: it can check what follows. */
  hasKeyset(device: string, n: number): void {
    this.#keysets.set(device, n);
  }

  keyset(device: string): void {
    this.#send(downTopic(device, 'keyset'), () => this.#keys.keyset);
  }

  chunk(device: string, message: Uint8Array): void {
    this.#send(downTopic(device, 'chunk'), () => message);
  }

  signed<N extends SignedName>(device: string, name: N, payload: () => DownPayload<N>): void {
    const { typ, signer } = downMessages[name];
    const key = (): JwsSigner => this.#keys.signers[signer satisfies KeyRole];
    // Until its next hello nobody knows whether a device was there when the keys were changed.
    if ((this.#keysets.get(device) ?? 0) < this.#keys.n) this.keyset(device);
    this.#send(downTopic(device, name), () => signJws(typ, payload(), key()));
  }

  /** There is room again. */
  drain(): void {
    // A publish may complete at once and ask again.
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        if (!this.#publish(next.topic, next.make())) return;
        this.#waiting.shift();
      }
    } finally {
      this.#draining = false;
    }
  }

  /** The connection is gone: what waited is found again by cursor, session and result. */
  clear(): void {
    this.#waiting.length = 0;
  }

  #send(topic: string, make: () => string | Uint8Array): void {
    if (this.#waiting.length >= waitingLimit) return;
    this.#waiting.push({ topic, make });
    this.drain();
  }
}
