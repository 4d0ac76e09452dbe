import type { KeyObject } from 'node:crypto';
import { signJws } from '../protocol/jws.ts';
import { type SignedUpName, type UpPayload, upMessages } from '../protocol/messages.ts';
import { upTopic } from '../protocol/topics.ts';

type Publish = (
  topic: string,
  payload: string,
  options: { readonly qos: 0 | 1; readonly retain?: boolean },
) => boolean;

/** What the device says: signed with its key, below its own `up/` and nowhere else. */
export class UpChannel {
  readonly #device: string;
  readonly #key: KeyObject;
  readonly #publish: Publish;

  constructor(parts: { readonly device: string; readonly deviceKey: KeyObject; readonly publish: Publish }) {
    this.#device = parts.device;
    this.#key = parts.deviceKey;
    this.#publish = parts.publish;
  }

  /** False when it could not be sent now; each kind of message has its own rule for coming again. */
  send<N extends SignedUpName>(name: N, payload: Omit<UpPayload<N>, 'iss'>): boolean {
    const signer = { key: this.#key, kid: this.#device };
    const jws = signJws(upMessages[name].typ, { iss: this.#device, ...payload }, signer);
    return this.#publish(upTopic(this.#device, name), jws, { qos: 1 });
  }

  /** Unsigned and retained; the last will says `offline` in the same form. */
  status(state: 'online' | 'offline', session: string): boolean {
    return this.#publish(upTopic(this.#device, 'status'), JSON.stringify({ state, session }), {
      qos: 1,
      retain: true,
    });
  }
}
