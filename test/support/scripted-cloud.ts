import { onTestFinished } from 'vitest';
import type { RowOp } from '../../controller/ports/replica.ts';
import type { UpPayload } from '../../sync/protocol/messages.ts';
import { CloudDataset, type CloudSnapshot } from './cloud-dataset.ts';
import { CloudPeer } from './cloud-peer.ts';
import { deviceId, type Installation } from './composed-controller.ts';
import type { Body } from './controller-shell.ts';
import { Inbox } from './inbox.ts';

/** A cloud that welcomes the device whenever it asks, acknowledges its events and keeps them in order. */
export class ScriptedCloud {
  readonly peer: CloudPeer;
  readonly dataset = new CloudDataset();
  /** Every event once, as the device said it. */
  readonly events = new Inbox<Body>();
  #snapshot: CloudSnapshot | undefined;
  #head = 0;
  #n = 0;

  private constructor(peer: CloudPeer) {
    this.peer = peer;
  }

  static async listening(
    url: string,
    { keys, deviceKey }: Installation,
    time: number,
  ): Promise<ScriptedCloud> {
    const peer = await CloudPeer.connect({ url, device: deviceId, deviceKey, keys });
    onTestFinished(() => peer[Symbol.asyncDispose]());
    const cloud = new ScriptedCloud(peer);
    peer.answer('hello', ({ nonce }) => peer.welcome(nonce, time, cloud.dataset.cursor));
    peer.answer('events', (batch) => cloud.#take(batch));
    peer.answer('request', (request) => cloud.#send(request));
    return cloud;
  }

  event(type: string): Promise<Body> {
    return this.events.next((event) => event.type === type);
  }

  /** Changes the dataset and waits until the device has it. */
  async publish(...ops: readonly RowOp[]): Promise<void> {
    await this.peer.delta(this.dataset.change(...ops));
    const { seq, digest } = this.dataset.cursor;
    await this.peer.next('cursor', (at) => at.seq === seq && at.digest === digest);
  }

  /** Sends a command of this session and waits for its result. */
  async command(
    session: string,
    issuedAt: number,
    order: { readonly id: string; readonly op: string; readonly args: object; readonly by?: object },
  ): Promise<UpPayload<'result'>> {
    this.#n += 1;
    await this.peer.send('command', {
      ...{ aud: deviceId, session, n: this.#n, ...order },
      issuedAt: new Date(issuedAt).toISOString(),
      expiresAt: new Date(issuedAt + 10_000).toISOString(),
    });
    return this.peer.next('result', ({ id }) => id === order.id);
  }

  /** A snapshot at first, deltas from then on. */
  async #send({ need, indexes = [] }: UpPayload<'request'>): Promise<void> {
    if (need !== 'chunks') {
      this.#snapshot = this.dataset.snapshot(100);
      await this.peer.manifest(this.#snapshot);
    }
    for (const index of indexes) await this.peer.publish('chunk', this.#snapshot?.chunks[index] ?? '');
  }

  async #take({ log, events }: UpPayload<'events'>): Promise<void> {
    for (const { seq, body } of events) {
      if (seq <= this.#head) continue;
      this.#head = seq;
      this.events.put(JSON.parse(body) as Body);
    }
    const last = events.at(-1);
    if (last !== undefined)
      await this.peer.send('ack', { aud: deviceId, log, upTo: last.seq, hash: last.hash });
  }
}
