/**
 * Reads MQTT's packets by their headers before MQTT.js does. MQTT.js gathers a whole packet before anybody sees how
 * large it is, and a packet may have 256 MiB; and it answers some malformed ones by throwing where nobody can catch it.
 * A broker is hostile (PROTOCOL "Signatures"): from the first packet on that is none of those it has reason to send us,
 * nothing of the connection is let in.
 */
export type FrameFault = 'oversize' | 'malformed';

/** MQTT 3.1.1: each with its only remaining length, given that we subscribe to one filter at a time, with QoS 1. */
const lengthOf: Readonly<Record<number, number>> = {
  /** CONNACK (section 3.2). */
  32: 2,
  /** PUBACK (section 3.4). */
  64: 2,
  /** SUBACK (section 3.9). */
  144: 3,
  /** PINGRESP (section 3.13). */
  208: 0,
};
const publish = 3;
/** The largest number of remaining bytes is written in four (section 2.2.3). */
const lengthBytes = 4;

const qosOf = (first: number): number => (first >> 1) & 3;

/** What is wrong with the fixed header, once it is complete. */
function headerFault(first: number, length: number, limit: number): FrameFault | undefined {
  if (length > limit) return 'oversize';
  if (first >> 4 === publish) return qosOf(first) > 1 || length < 3 ? 'malformed' : undefined;
  return lengthOf[first] === length ? undefined : 'malformed';
}

/**
 * Takes the bytes of one connection as they come, in any pieces, and says what is wrong with the first packet that is
 * wrong. `limit` is of the bytes after a fixed header.
 */
export function frameCheck(limit: number): (piece: Uint8Array) => FrameFault | undefined {
  /** How many bytes of the header have been read: the first names the packet, the others are its length. */
  let headerBytes = 0;
  let first = 0;
  let length = 0;
  /** Where in the packet's body the next byte is; undefined: in the header. */
  let at: number | undefined;
  let topicLength = 0;
  let packetId = 0;

  const inHeader = (byte: number): FrameFault | undefined => {
    headerBytes += 1;
    if (headerBytes === 1) {
      first = byte;
      length = 0;
      return undefined;
    }
    length += (byte & 0x7f) * 128 ** (headerBytes - 2);
    if (byte >= 0x80) return headerBytes > lengthBytes ? 'malformed' : undefined;
    headerBytes = 0;
    at = length === 0 ? undefined : 0;
    return headerFault(first, length, limit);
  };

  /** The variable header of a PUBLISH (section 3.3.2): the topic's length, the topic, and with QoS 1 an id that is not 0. */
  const inPublish = (byte: number, place: number): FrameFault | undefined => {
    const idBytes = 2 * qosOf(first);
    if (place === 0) topicLength = byte * 256;
    if (place === 1) {
      topicLength += byte;
      if (topicLength === 0 || 2 + topicLength + idBytes > length) return 'malformed';
    }
    if (idBytes === 0 || place < 2 + topicLength) return undefined;
    packetId = place === 2 + topicLength ? byte : packetId + byte;
    return place === 3 + topicLength && packetId === 0 ? 'malformed' : undefined;
  };

  return (piece) => {
    for (let index = 0; index < piece.length; index += 1) {
      const byte = piece[index] ?? 0;
      if (at === undefined) {
        const fault = inHeader(byte);
        if (fault !== undefined) return fault;
        continue;
      }
      const isVariableHeader = first >> 4 === publish && (at < 2 || at < 4 + topicLength);
      if (isVariableHeader) {
        const fault = inPublish(byte, at);
        if (fault !== undefined) return fault;
        at += 1;
      } else {
        // The rest is not looked at.
        const passed = Math.min(length - at, piece.length - index);
        at += passed;
        index += passed - 1;
      }
      if (at === length) at = undefined;
    }
    return undefined;
  };
}
