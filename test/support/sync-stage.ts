import type { RowOp } from '../../controller/ports/replica.ts';
import type { Hello } from '../../sync/protocol/messages.ts';
import type { Broker } from './broker.ts';
import { CloudDataset, wireRow } from './cloud-dataset.ts';
import { cloudKeys } from './cloud-keys.ts';
import { CloudPeer } from './cloud-peer.ts';
import { fillIdentityFolder } from './identity-folder.ts';
import { SyncDevice } from './sync-device.ts';

export const deviceId = 'console-1';
/** The cloud's time in these tests. */
export const cloudTime = Date.parse('2026-11-22T12:00:00.000Z');

/** A broker, a device that is running, and the cloud's end in the hands of the test. */
export class SyncStage implements AsyncDisposable {
  readonly broker: Broker & AsyncDisposable;
  readonly device: SyncDevice;
  readonly peer: CloudPeer;
  readonly dataset = new CloudDataset();

  private constructor(broker: Broker & AsyncDisposable, device: SyncDevice, peer: CloudPeer) {
    this.broker = broker;
    this.device = device;
    this.peer = peer;
  }

  /** @param speed of the device's timers; its usual one unless told. */
  static async set(startBroker: () => Promise<Broker & AsyncDisposable>, speed?: number): Promise<SyncStage> {
    const broker = await startBroker();
    const keys = cloudKeys();
    const device = new SyncDevice();
    device.speed = speed ?? device.speed;
    const deviceKey = fillIdentityFolder(device.identityFolder, {
      device: deviceId,
      broker: broker.url,
      keys,
    });
    const peer = await CloudPeer.connect({ url: broker.url, device: deviceId, deviceKey, keys });
    device.start();
    return new SyncStage(broker, device, peer);
  }

  /** Welcomes the device, now and whenever it says hello again; resolves with the first hello that led to a session. */
  async welcomed(): Promise<Hello> {
    const { peer, device } = this;
    peer.answer('hello', ({ nonce }) => peer.welcome(nonce, cloudTime));
    await peer.welcome(null, cloudTime);
    await device.told.next((it) => it.kind === 'welcomed');
    return peer.next('hello');
  }

  /** Changes the dataset and tells the device. */
  async publish(...ops: readonly RowOp[]): Promise<void> {
    await this.peer.delta(this.dataset.change(...ops));
  }

  /** Resolves once the device has reported the dataset's cursor, digest included. */
  async inStep(): Promise<void> {
    const { epoch, seq, digest } = this.dataset.cursor;
    await this.peer.next('cursor', (it) => it.epoch === epoch && it.seq === seq && it.digest === digest);
  }

  /** What a message that is refused must not change. */
  state(): object {
    const { journal, store, executed } = this.device;
    return {
      cursor: store.replica.cursor(),
      staged: store.replica.staged()?.manifest,
      revocations: journal.revocations(),
      lockdowns: journal.lockdowns(),
      acked: journal.acked(),
      executed: executed.length,
      keyset: this.device.identity().ring.n,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.device[Symbol.asyncDispose]();
    await this.peer[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
  }
}

/** A put of an area that the schema accepts. */
export const area = (id: string, version: number, en = id): RowOp => ({
  put: wireRow('area', id, version, { name: { en, fr: en } }),
});

export const areas = (count: number, version = 1): readonly RowOp[] =>
  Array.from({ length: count }, (_, index) => area(`area-${index}`, version));
