/** Netstrings, as baresip's ctrl_tcp frames its JSON: `length:payload,` with the length in decimal digits. */

/** More than any message of the engine; whoever announces more is not the engine. */
const maxLength = 262_144;
const maxLengthDigits = String(maxLength).length;
const colon = 0x3a;
const comma = 0x2c;

export type NetstringRead =
  | { readonly kind: 'messages'; readonly messages: readonly string[] }
  /** What came is no netstring; nothing after it can be trusted. */
  | { readonly kind: 'garbage' };

export function encodeNetstring(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${payload.length}:`), payload, Buffer.of(comma)]);
}

/** Cuts a stream into messages, however it was chopped up on its way. */
export class NetstringDecoder {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are complete by now. After `garbage` the decoder is of no more use. */
  push(chunk: Buffer): NetstringRead {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: string[] = [];
    for (;;) {
      const end = this.#rest.indexOf(colon);
      const head = this.#rest.toString('latin1', 0, end < 0 ? this.#rest.length : end);
      if (!isLength(head, end >= 0)) return { kind: 'garbage' };
      if (end < 0) return { kind: 'messages', messages };
      const length = Number(head);
      if (length > maxLength) return { kind: 'garbage' };
      const after = end + 1 + length;
      if (this.#rest.length <= after) return { kind: 'messages', messages };
      if (this.#rest[after] !== comma) return { kind: 'garbage' };
      messages.push(this.#rest.toString('utf8', end + 1, after));
      this.#rest = this.#rest.subarray(after + 1);
    }
  }
}

const isLength = (head: string, complete: boolean): boolean =>
  head.length <= maxLengthDigits && (complete ? /^\d+$/ : /^\d*$/).test(head);
