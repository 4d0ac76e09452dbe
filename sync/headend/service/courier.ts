/** Brings every device to the published dataset: deltas while they last, else a snapshot (PROTOCOL "Conversation"). */
import { durations, limits } from '../../protocol/limits.ts';
import type { Delta, Manifest, SyncRequest } from '../../protocol/messages.ts';
import type { Cursor } from '../store/dataset-store.ts';
import type { DeviceRow } from '../store/device-store.ts';
import type { Parts } from './parts.ts';
import { SnapshotDesk } from './snapshot-desk.ts';

/** Deltas under way to one device; its cursor asks for the next ones. */
const deltaWindow = 8;

interface Position {
  readonly epoch: number;
  readonly seq: number;
}

const reached = (device: Position, target: Position): boolean =>
  device.epoch > target.epoch || (device.epoch === target.epoch && device.seq >= target.seq);

export class Courier {
  readonly #parts: Parts;
  readonly #snapshots: SnapshotDesk;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#snapshots = new SnapshotDesk(parts, (devices, manifest) => {
      for (const device of devices) this.#offer(device, manifest);
    });
  }

  close(): Promise<void> {
    return this.#snapshots.close();
  }

  /** Something was published: sends it to everybody who may be there. */
  announce(): void {
    for (const { id, presence } of this.#parts.store.devices.all()) {
      if (presence !== 'offline') this.bringForward(id);
    }
  }

  /** Where a device says that it is. Tells `parted` when no history of ours leads there. */
  heardCursor(id: string, at: Cursor): 'ours' | 'parted' {
    const { store } = this.#parts;
    store.devices.cursor(id, at);
    const head = store.dataset.cursor();
    const beyond = at.epoch > head.epoch || (at.epoch === head.epoch && at.seq > head.seq);
    const differs = at.epoch === head.epoch && at.seq === head.seq && at.digest !== head.digest;
    if (reached(at, head) && !beyond) store.devices.lagging(id, false);
    return beyond || differs ? 'parted' : 'ours';
  }

  /** Forgets what is under way to a device, so that `bringForward` sends it again. */
  startOver(id: string): void {
    this.#parts.links.of(id).sent = { epoch: 0, seq: 0 };
  }

  /** Sends what the device lacks and is not under way to it. */
  bringForward(id: string): void {
    const { store, links } = this.#parts;
    const device = store.devices.get(id);
    const head = store.dataset.cursor();
    if (device === undefined || head.seq === 0 || reached(device, head)) return;
    const link = links.of(id);
    const from = link.sent.epoch === head.epoch ? Math.max(device.seq, link.sent.seq) : device.seq;
    if (!this.#deltasLead(device, head)) {
      if (link.sent.epoch !== head.epoch || link.sent.seq < head.seq) this.#sendSnapshot(device, head);
      return;
    }
    for (const { seq, payload } of store.dataset.deltasAfter(device.seq, deltaWindow)) {
      if (seq <= from || payload === null) continue;
      this.#sendDelta(id, payload);
      link.sent = { epoch: head.epoch, seq };
    }
  }

  /** Sends again what the cursor has not reached in time; called several times a second. */
  remind(device: DeviceRow): void {
    const { store, links, clock } = this.#parts;
    const head = store.dataset.cursor();
    if (head.seq === 0 || reached(device, head)) return;
    const link = links.of(device.id);
    const [next] = device.epoch === head.epoch ? store.dataset.deltasAfter(device.seq, 1) : [];
    const waitMs = next?.urgent === true ? durations.urgentResendMs : durations.deltaResendMs;
    if (clock.monotonicMs() - link.sentAtMs < waitMs) return;
    this.startOver(device.id);
    this.bringForward(device.id);
    // Last: a disk that refuses does not keep it from the device.
    store.devices.lagging(device.id, true);
  }

  request(id: string, { need, snapshot, indexes = [], reject }: SyncRequest): void {
    const { store, links, clock, post } = this.#parts;
    const device = store.devices.get(id);
    if (device === undefined) return;
    switch (need) {
      case 'deltas':
        this.startOver(id);
        this.bringForward(id);
        return;
      case 'snapshot':
        this.#sendSnapshot(device, store.dataset.cursor(), reject);
        return;
      case 'chunks': {
        if (snapshot === undefined || store.snapshots.get(snapshot) === undefined) {
          this.#sendSnapshot(device, store.dataset.cursor());
          return;
        }
        // A device that is still fetching is not to be offered anything else.
        links.of(id).sentAtMs = clock.monotonicMs();
        for (const index of indexes.slice(0, limits.chunkIndexesPerRequest)) {
          const chunk = store.snapshots.chunk(snapshot, index);
          if (chunk !== undefined) post.chunk(id, chunk);
        }
        return;
      }
      default:
        need satisfies never;
    }
  }

  #sendDelta(id: string, payload: string): void {
    this.#parts.links.of(id).sentAtMs = this.#parts.clock.monotonicMs();
    this.#parts.post.signed(id, 'delta', () => JSON.parse(payload) as Delta);
  }

  /** Whether every delta from there to the head is still kept and small enough to be sent. */
  #deltasLead(from: Position, head: Position): boolean {
    return (
      from.epoch === head.epoch && this.#parts.store.dataset.sendableAfter(from.seq) === head.seq - from.seq
    );
  }

  /** Offers the newest snapshot if it leads to the head, by itself or with the deltas after it; else builds one. */
  #sendSnapshot(device: DeviceRow, head: Position, reject?: string): void {
    const { store, links, clock } = this.#parts;
    const link = links.of(device.id);
    link.sentAtMs = clock.monotonicMs();
    link.sent = { epoch: head.epoch, seq: head.seq };
    const newest = store.snapshots.newest();
    const leads =
      newest !== undefined &&
      newest.snapshot !== reject &&
      !(device.epoch === newest.epoch && newest.seq < device.seq) &&
      this.#deltasLead(newest, head);
    if (leads) this.#offer(device.id, newest);
    else this.#snapshots.want(device.id);
  }

  #offer(id: string, manifest: Manifest): void {
    const link = this.#parts.links.of(id);
    link.sentAtMs = this.#parts.clock.monotonicMs();
    link.sent = { epoch: manifest.epoch, seq: manifest.seq };
    this.#parts.post.signed(id, 'manifest', () => manifest);
  }
}
