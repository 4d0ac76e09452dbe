/** Just enough of MQTT 3.1.1 (OASIS standard, sections 2 and 3) to handle whole PUBLISH packets; bytes in, values out. */

/** MQTT 3.1.1 section 2.2.1. */
const types = { publish: 3, puback: 4 } as const;

export interface Publish {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  /** Absent at QoS 0. */
  readonly packetId?: number;
  readonly payload: Uint8Array;
}

/** Cuts a byte stream into packets, however it was split on its way. */
export class FrameSplitter {
  #rest = Buffer.alloc(0);

  /** @throws RangeError for a length that no MQTT packet has. */
  push(chunk: Uint8Array): readonly Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    for (let length = frameLength(this.#rest); length !== undefined; length = frameLength(this.#rest)) {
      if (this.#rest.length < length) break;
      frames.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
    return frames;
  }
}

/** Of the whole packet at the beginning; undefined while its length has not arrived. */
function frameLength(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 127) * 128 ** (at - 1);
    if (byte < 128) return 1 + at + length;
  }
  throw new RangeError('not an MQTT packet');
}

const typeOf = (frame: Buffer): number => (frame[0] ?? 0) >> 4;

/** Where the variable header begins. */
function headerEnd(frame: Buffer): number {
  let at = 1;
  while ((frame[at] ?? 0) >= 128) at += 1;
  return at + 1;
}

export function readPublish(frame: Buffer): Publish | undefined {
  if (typeOf(frame) !== types.publish) return undefined;
  const flags = frame[0] ?? 0;
  const qos = (flags >> 1) & 3;
  const start = headerEnd(frame);
  const topicEnd = start + 2 + frame.readUInt16BE(start);
  const topic = frame.toString('utf8', start + 2, topicEnd);
  const retain = (flags & 1) === 1;
  if (qos === 0) return { topic, qos, retain, payload: frame.subarray(topicEnd) };
  const packetId = frame.readUInt16BE(topicEnd);
  return { topic, qos, retain, packetId, payload: frame.subarray(topicEnd + 2) };
}

/** The packet id that a PUBACK answers. */
export const readPuback = (frame: Buffer): number | undefined =>
  typeOf(frame) === types.puback ? frame.readUInt16BE(headerEnd(frame)) : undefined;

export const puback = (packetId: number): Buffer =>
  Buffer.from([types.puback << 4, 2, packetId >> 8, packetId & 255]);

/** The same message as another packet. */
export function withPacketId(frame: Buffer, packetId: number): Buffer {
  const copy = Buffer.from(frame);
  const start = headerEnd(copy);
  copy.writeUInt16BE(packetId, start + 2 + copy.readUInt16BE(start));
  return copy;
}

/** The same packet with one bit of its payload turned; `at` counts from the payload's beginning. */
export function withFlippedBit(frame: Buffer, at: number): Buffer {
  const length = readPublish(frame)?.payload.length ?? 0;
  const copy = Buffer.from(frame);
  const index = copy.length - length + at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
