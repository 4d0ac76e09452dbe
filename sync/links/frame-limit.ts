/**
 * MQTT.js gathers a whole packet before anybody sees how large it is, and a packet may have 256 MiB. This reads the
 * fixed headers (MQTT 3.1.1 section 2.2) of what passes and says when a packet is larger than any that is let in.
 */

/** The largest number of remaining bytes is written in four (MQTT 3.1.1 section 2.2.3). */
const lengthBytes = 4;

/**
 * Takes the bytes of one connection as they come, in any pieces; false from the first packet on that announces more
 * than `limit` bytes after its fixed header, or whose length is not one.
 */
export function frameLimit(limit: number): (piece: Uint8Array) => boolean {
  /** Bytes of the present packet that are still to come; while its header is read, undefined. */
  let rest: number | undefined;
  /** How many bytes of the header have been read: the first names the packet, the others are its length. */
  let headerBytes = 0;
  let announced = 0;
  return (piece) => {
    for (let at = 0; at < piece.length; ) {
      if (rest !== undefined) {
        const passed = Math.min(rest, piece.length - at);
        at += passed;
        rest = rest > passed ? rest - passed : undefined;
        continue;
      }
      const byte = piece[at] ?? 0;
      at += 1;
      headerBytes += 1;
      if (headerBytes === 1) continue;
      announced += (byte & 0x7f) * 128 ** (headerBytes - 2);
      const more = byte >= 0x80;
      if (announced > limit || (more && headerBytes > lengthBytes)) return false;
      if (more) continue;
      rest = announced === 0 ? undefined : announced;
      headerBytes = 0;
      announced = 0;
    }
    return true;
  };
}
