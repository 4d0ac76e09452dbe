/**
 * One direction of one MQTT connection. Whole PUBLISH packets are dropped, doubled, delayed, reordered, replayed and
 * forged; everything else passes in order. What the ends see is always correct MQTT: a dropped QoS 1 PUBLISH gets its
 * PUBACK here, a copy gets a packet id of its own, and the PUBACK for a copy ends here.
 */
import type { Socket } from 'node:net';
import {
  FrameSplitter,
  type Publish,
  puback,
  readPuback,
  readPublish,
  withFlippedBit,
  withPacketId,
} from './mqtt-frames.ts';
import type { Prng } from './prng.ts';
import { type Mishap, mishapOf, type Weather } from './weather.ts';

export interface PipeParts {
  readonly from: Socket;
  readonly to: Socket;
  readonly weather: () => Weather;
  readonly prng: Prng;
  readonly onMishap: (mishap: Mishap) => void;
  /** A PUBLISH as its sender wrote it, before anything becomes of it. */
  readonly onSent: (message: Publish) => void;
  /** The receiver has acknowledged a message, `tookMs` after it was passed on; not for copies. */
  readonly onAcknowledged: (message: Publish, tookMs: number) => void;
}

interface Passed {
  readonly message: Publish;
  readonly atMs: number;
}

/** A message that waits for the next one to overtake it waits no longer than this. */
const reorderWithinMs = 1_000;
const remembered = 64;
const largestPacketId = 65_535;

export class FaultyPipe {
  readonly #parts: PipeParts;
  readonly #frames = new FrameSplitter();
  /** By packet id, until the receiver's PUBACK. */
  readonly #passed = new Map<number, Passed>();
  /** Packet ids that the sender uses and has no PUBACK for. */
  readonly #inFlight = new Set<number>();
  /** Packet ids of our copies. */
  readonly #copies = new Set<number>();
  readonly #earlier: Buffer[] = [];
  #held: Buffer | undefined;
  #cutNext = false;
  #other: FaultyPipe | undefined;

  constructor(parts: PipeParts) {
    this.#parts = parts;
  }

  /** The opposite direction: PUBACKs for this one's messages come through it. */
  join(other: FaultyPipe): void {
    this.#other = other;
  }

  push(chunk: Uint8Array): void {
    for (const frame of this.#frames.push(chunk)) {
      // Cut off in the middle of an earlier packet of this chunk.
      if (this.#parts.from.destroyed) return;
      this.#frame(frame);
    }
  }

  /** The connection ends in the middle of the next PUBLISH. */
  cutNext(): void {
    this.#cutNext = true;
  }

  /** A PUBACK of the receiver; false: it answers a copy and goes no further. */
  acknowledged(packetId: number): boolean {
    if (this.#copies.delete(packetId)) return false;
    this.#inFlight.delete(packetId);
    const passed = this.#passed.get(packetId);
    this.#passed.delete(packetId);
    if (passed !== undefined) {
      this.#parts.onAcknowledged(passed.message, performance.now() - passed.atMs);
    }
    return true;
  }

  #frame(frame: Buffer): void {
    const answered = readPuback(frame);
    if (answered !== undefined && this.#other?.acknowledged(answered) === false) return;
    const message = readPublish(frame);
    if (message === undefined) {
      this.#write(frame);
      return;
    }
    this.#parts.onSent(message);
    if (message.packetId !== undefined) this.#inFlight.add(message.packetId);
    if (this.#cutNext) {
      this.#write(frame.subarray(0, Math.floor(frame.length / 2)));
      this.#parts.from.destroy();
      return;
    }
    this.#publish(frame, message);
  }

  #publish(frame: Buffer, message: Publish): void {
    const { weather, prng, onMishap } = this.#parts;
    const mishap = mishapOf(weather(), prng.next());
    if (mishap !== undefined) onMishap(mishap);
    switch (mishap) {
      case undefined:
        this.#pass(frame, message);
        break;
      case 'drop':
        this.#swallow(message);
        break;
      case 'duplicate':
        this.#pass(frame, message);
        this.#copy(frame);
        break;
      case 'delay':
        setTimeout(() => this.#pass(frame, message), prng.int(weather().delayMs)).unref();
        break;
      case 'reorder':
        this.#release();
        this.#held = frame;
        setTimeout(() => {
          if (this.#held === frame) this.#release();
        }, reorderWithinMs).unref();
        return;
      case 'replay':
        this.#pass(frame, message);
        if (this.#earlier.length > 0) this.#copy(prng.pick(this.#earlier));
        break;
      case 'forge':
        this.#pass(frame, message);
        this.#copy(withFlippedBit(frame, prng.int(message.payload.length)));
        break;
      default:
        mishap satisfies never;
    }
    this.#remember(frame);
    this.#release();
  }

  #release(): void {
    const frame = this.#held;
    this.#held = undefined;
    const message = frame && readPublish(frame);
    if (message !== undefined) this.#pass(frame as Buffer, message);
  }

  #remember(frame: Buffer): void {
    if (this.#earlier.length < remembered) this.#earlier.push(frame);
    else this.#earlier[this.#parts.prng.int(remembered)] = frame;
  }

  #pass(frame: Buffer, message: Publish): void {
    if (message.packetId !== undefined) {
      this.#passed.set(message.packetId, { message, atMs: performance.now() });
    }
    this.#write(frame);
  }

  #swallow({ packetId }: Publish): void {
    if (packetId === undefined) return;
    this.#inFlight.delete(packetId);
    if (!this.#parts.from.destroyed) this.#parts.from.write(puback(packetId));
  }

  #copy(frame: Buffer): void {
    if ((readPublish(frame)?.qos ?? 0) === 0) {
      this.#write(frame);
      return;
    }
    const id = this.#freeId();
    this.#copies.add(id);
    this.#write(withPacketId(frame, id));
  }

  #freeId(): number {
    for (;;) {
      const id = 1 + this.#parts.prng.int(largestPacketId);
      if (!this.#inFlight.has(id) && !this.#copies.has(id)) return id;
    }
  }

  #write(bytes: Uint8Array): void {
    if (!this.#parts.to.destroyed) this.#parts.to.write(bytes);
  }
}
