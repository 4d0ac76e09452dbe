import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noHash } from '../../controller/core/hash-forms.ts';
import { MqttConnection } from '../../sync/links/mqtt-connection.ts';
import { chunkLabel } from '../../sync/protocol/chunk.ts';
import { eventHash } from '../../sync/protocol/hashes.ts';
import { signJws } from '../../sync/protocol/jws.ts';
import { type KeyRing, rootOnly, withKeyset } from '../../sync/protocol/keys.ts';
import { type DownPayload, type SignedDownName, upMessages } from '../../sync/protocol/messages.ts';
import { openDown } from '../../sync/protocol/open-message.ts';
import { downFilter, downNameOf, upTopic } from '../../sync/protocol/topics.ts';
import { Inbox } from './inbox.ts';
import { fastTimers } from './timers.ts';

export interface Downward {
  readonly name: string;
  readonly payload: Record<string, unknown>;
}

type Fields = Readonly<Record<string, unknown>>;

/** `retain`: the broker keeps it for whoever subscribes later. */
interface Resting {
  readonly retain?: boolean;
}

/**
 * A scripted device: it says what a test tells it to and nothing by itself, checks every downward signature with the
 * keys of its identity folder, and keeps what came in order.
 */
export class DevicePeer {
  readonly id: string;
  readonly session = randomUUID();
  readonly log = randomUUID();
  readonly came = new Inbox<Downward>();
  readonly #key: ReturnType<typeof createPrivateKey>;
  readonly #connection: MqttConnection;
  readonly #up = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  readonly #waiting: (Resting & { readonly topic: string; readonly message: string | Uint8Array })[] = [];
  #ring: KeyRing;
  #running: Promise<void> = Promise.resolve();
  #lastEvent = { seq: 0, hash: noHash };

  constructor(identityFolder: string, broker: string) {
    const read = (name: string): string => readFileSync(join(identityFolder, name), 'utf8');
    const { device, building } = JSON.parse(read('device.json')) as { device: string; building: string };
    this.id = device;
    this.#key = createPrivateKey(read('device.key'));
    this.#ring = rootOnly(JSON.parse(read('root.jwk')) as Parameters<typeof rootOnly>[0]);
    const open = <N extends SignedDownName>(name: N, message: Uint8Array): DownPayload<N> => {
      const opened = openDown(name, message, {
        ring: this.#ring,
        time: { nowS: Math.floor(Date.now() / 1_000), notBeforeJudged: true },
        audiences: [device, `building:${building}`],
      });
      if (opened.kind === 'refused') throw new Error(`${name} refused: ${opened.reason}`);
      return opened.payload;
    };
    this.#ring = withKeyset(this.#ring, open('keyset', Buffer.from(read('keyset.jws').trim())));
    this.#connection = new MqttConnection({
      endpoint: { url: broker, clientId: device },
      filter: downFilter(device),
      timers: fastTimers(10),
      onUp: () => this.#up.resolve(),
      onRoom: () => this.#drain(),
      onDown: () => {},
      onMessage: (topic, message) => {
        const name = downNameOf(device, topic);
        if (name === undefined) return;
        if (name === 'chunk') {
          this.came.put({
            name,
            payload: {
              ...chunkLabel(message),
              sha256: createHash('sha256').update(message).digest('hex'),
              message,
            },
          });
          return;
        }
        const payload = open(name, message);
        if (name === 'keyset') this.#ring = withKeyset(this.#ring, payload as DownPayload<'keyset'>);
        this.came.put({ name, payload });
      },
    });
  }

  /** Connects and subscribes; says nothing. */
  async connect(): Promise<void> {
    this.#running = this.#connection.run(this.#ending.signal);
    await this.#up.promise;
  }

  async disconnect(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  next(name: string, wanted: (payload: Fields) => boolean = () => true): Promise<Downward> {
    return this.came.next((message) => message.name === name && wanted(message.payload));
  }

  /** Signs with the device's key and publishes under its own topics. */
  say(name: keyof typeof upMessages, fields: Fields, resting: Resting = {}): void {
    this.sayRaw(
      name,
      signJws(upMessages[name].typ, { iss: this.id, ...fields }, { key: this.#key, kid: this.id }),
      resting,
    );
  }

  sayRaw(
    name: keyof typeof upMessages | 'status',
    message: string | Uint8Array,
    { retain = false }: Resting = {},
  ): void {
    this.#waiting.push({ topic: upTopic(this.id, name), message, retain });
    this.#drain();
  }

  #drain(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { topic, message, retain = false } = next;
      if (!this.#connection.publish(topic, message, { qos: 1, retain })) return;
      this.#waiting.shift();
    }
  }

  hello(fields: Fields = {}): { readonly nonce: string } {
    const nonce = randomUUID();
    this.say('hello', {
      session: this.session,
      nonce,
      boot: this.session,
      log: this.log,
      epoch: 0,
      seq: 0,
      digest: noHash,
      eventHead: this.#lastEvent.seq,
      eventAcked: 0,
      keyset: this.#ring.n,
      clockState: 'trusted',
      software: 'peer/1',
      ...fields,
    });
    return { nonce };
  }

  /** The next events of this device's log, hash-chained. */
  nextEvents(count: number, fields: Fields = {}): readonly { seq: number; body: string; hash: string }[] {
    return Array.from({ length: count }, () => {
      const seq = this.#lastEvent.seq + 1;
      const body = JSON.stringify({
        type: 'DoorMonitor',
        time: '2026-11-22T14:05:00.000Z',
        monotonicMs: seq,
        boot: this.session,
        clockState: 'trusted',
        severity: 'info',
        door: 'lobby',
        open: seq % 2 === 1,
        ...fields,
      });
      this.#lastEvent = { seq, hash: eventHash(this.#lastEvent.hash, body) };
      return { ...this.#lastEvent, body };
    });
  }
}
