import type { KeyObject } from 'node:crypto';
import { connectAsync, type MqttClient } from 'mqtt';
import type { SignedDownName, SignedUpName, UpPayload } from '../../sync/protocol/messages.ts';
import { openUp } from '../../sync/protocol/open-message.ts';
import { downFilter, parseUpTopic, upFilter } from '../../sync/protocol/topics.ts';
import type { CloudDelta, CloudSnapshot } from './cloud-dataset.ts';
import { type CloudKeys, signDown } from './cloud-keys.ts';
import { building } from './identity-folder.ts';
import { Inbox } from './inbox.ts';

interface Heard {
  readonly name: SignedUpName | 'status';
  readonly payload: unknown;
  readonly retained: boolean;
}

/** The cloud's end, played by a test: it says what it is told to, properly signed or not, and keeps what it hears. */
export class CloudPeer implements AsyncDisposable {
  readonly #client: MqttClient;
  readonly #device: string;
  readonly #keys: CloudKeys;
  readonly #heard: Inbox<Heard>;
  /** Answers at once, in the turn in which a message was heard. */
  readonly #answers = new Map<string, (payload: never) => void>();

  private constructor(client: MqttClient, device: string, keys: CloudKeys, heard: Inbox<Heard>) {
    this.#client = client;
    this.#device = device;
    this.#keys = keys;
    this.#heard = heard;
  }

  /** Connects and stays connected over restarts of the broker. Messages that the device did not sign are not heard. */
  static async connect(options: {
    readonly url: string;
    readonly device: string;
    readonly deviceKey: KeyObject;
    readonly keys: CloudKeys;
  }): Promise<CloudPeer> {
    const { url, device, deviceKey, keys } = options;
    const heard = new Inbox<Heard>();
    const client = await connectAsync(url, { clientId: 'cloud', protocolVersion: 4, reconnectPeriod: 20 });
    const peer = new CloudPeer(client, device, keys, heard);
    client.on('error', () => {});
    client.on('message', (topic, bytes, { retain }) => {
      const to = parseUpTopic(topic);
      if (to?.device !== device) return;
      if (to.name === 'status') {
        heard.put({ name: 'status', payload: JSON.parse(bytes.toString()), retained: retain });
        return;
      }
      const opened = openUp(to.name, bytes, { id: device, key: deviceKey });
      if (opened.kind === 'message') {
        peer.#answers.get(to.name)?.(opened.payload as never);
        heard.put({ name: to.name, payload: opened.payload, retained: retain });
      }
    });
    await client.subscribeAsync(upFilter, { qos: 1 });
    return peer;
  }

  /** From now on answers every message of this kind; they can be awaited as well. */
  answer<N extends SignedUpName>(name: N, how: (payload: UpPayload<N>) => Promise<void>): void {
    const ended = (error: unknown): void => {
      // What comes while the test ends is answered to nobody.
      if (!this.#client.disconnecting) throw error;
    };
    this.#answers.set(name, (payload: UpPayload<N>) => void how(payload).catch(ended));
  }

  get keys(): CloudKeys {
    return this.#keys;
  }

  /** The next message of this kind, oldest first, that fits. */
  async next<N extends SignedUpName>(
    name: N,
    fits: (payload: UpPayload<N>) => boolean = () => true,
  ): Promise<UpPayload<N>> {
    const found = await this.#heard.next((it) => it.name === name && fits(it.payload as UpPayload<N>));
    return found.payload as UpPayload<N>;
  }

  async nextStatus(
    state: 'online' | 'offline',
  ): Promise<{ readonly session: string; readonly retained: boolean }> {
    const isIt = ({ name, payload }: Heard): boolean =>
      name === 'status' && (payload as { state: string }).state === state;
    const { payload, retained } = await this.#heard.next(isIt);
    return { session: (payload as { session: string }).session, retained };
  }

  /** Everything of this kind that no test has taken yet. */
  untaken<N extends SignedUpName>(name: N): readonly UpPayload<N>[] {
    return this.#heard.left.filter((it) => it.name === name).map((it) => it.payload as UpPayload<N>);
  }

  /** Below the device's `down/`, whatever the name. Resolves after the broker's PUBACK. */
  async publish(
    name: string,
    message: string | Uint8Array,
    { retain = false }: { readonly retain?: boolean } = {},
  ): Promise<void> {
    const bytes = typeof message === 'string' ? message : Buffer.from(message);
    const topic = downFilter(this.#device).replace('#', name);
    await this.#client.publishAsync(topic, bytes, { qos: 1, retain });
  }

  /** Signed by the key of the message's role. */
  async send(name: SignedDownName, payload: object): Promise<void> {
    await this.publish(name, signDown(this.#keys, name, payload));
  }

  async welcome(nonce: string | null, time: number, at = { epoch: 0, seq: 0 }): Promise<void> {
    await this.send('welcome', { aud: this.#device, nonce, time: new Date(time).toISOString(), ...at });
  }

  async delta(delta: CloudDelta): Promise<void> {
    await this.send('delta', { aud: `building:${building}`, ...delta });
  }

  async manifest({ manifest }: CloudSnapshot): Promise<void> {
    await this.send('manifest', { aud: `building:${building}`, ...manifest });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}
