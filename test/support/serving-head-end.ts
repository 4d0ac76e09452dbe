import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { DevicePeer } from './device-peer.ts';
import { fastTimers } from './timers.ts';

/** How much faster than real time the head-end waits; what it tells devices is the real time. */
const speed = 10;

interface Logged {
  readonly level: string;
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A head-end that serves devices through a real broker, with a state folder that outlives `stop`. */
export class ServingHeadEnd {
  readonly folder = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
  readonly logged: Logged[] = [];
  readonly #broker: string;
  readonly #peers: DevicePeer[] = [];
  #books: OpenHeadEnd | undefined;
  #serving: { readonly ending: AbortController; readonly done: Promise<void> } | undefined;

  constructor(broker: string) {
    this.#broker = broker;
  }

  get books(): OpenHeadEnd {
    this.#books ??= openHeadEnd({
      stateDir: join(this.folder, 'state'),
      clock: { now: () => Date.now(), monotonicMs: () => performance.now() * speed },
      timers: fastTimers(speed),
      log: (level, what, details = {}) => this.logged.push({ level, what, details }),
    });
    return this.#books;
  }

  async start(): Promise<void> {
    const ending = new AbortController();
    const connected = () => this.logged.filter(({ what }) => what === 'connected to the broker').length;
    const before = connected();
    const done = this.books.run({ url: this.#broker }, ending.signal);
    this.#serving = { ending, done };
    while (connected() === before) await Promise.race([done, new Promise(setImmediate)]);
  }

  async stop(): Promise<void> {
    this.#serving?.ending.abort();
    await this.#serving?.done;
    this.#serving = undefined;
    this.#books?.close();
    this.#books = undefined;
  }

  /** Adds a device and connects a scripted one in its place. */
  async peer(id: string): Promise<DevicePeer> {
    const identity = join(this.folder, id);
    this.books.addDevice(id, identity, this.#broker);
    return this.#connect(new DevicePeer(identity, this.#broker));
  }

  /** The same device, connected anew. */
  reconnect(id: string): Promise<DevicePeer> {
    return this.#connect(new DevicePeer(join(this.folder, id), this.#broker));
  }

  async #connect(peer: DevicePeer): Promise<DevicePeer> {
    this.#peers.push(peer);
    await peer.connect();
    return peer;
  }

  async remove(): Promise<void> {
    for (const peer of this.#peers) await peer.disconnect();
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
