/** What can be wrong with a peripheral, or with somebody between it and the panel: for tests and for playing. */
import { checksum, crc16 } from '../frame/check.ts';
import { crcBit, sequenceMask } from '../frame/constants.ts';

export type Fault =
  /** On the wire. */
  | 'drop'
  | 'corrupt'
  | 'wrongSequence'
  | 'wrongAddress'
  | 'babble'
  | { readonly delayMs: number }
  /** By somebody who has recorded and can forge, and does not have the key. */
  | 'replay'
  | 'badMac'
  | 'plainReplies'
  | 'plainNak'
  | 'forgedCapability'
  | 'defaultKey'
  | 'badCryptogram'
  | 'badInitialMac'
  /** By a peripheral that is another one, is busy, or is out of its mind. */
  | 'otherCuid'
  | 'otherSerial'
  | 'busy'
  | 'unexpectedReply'
  | 'keyNotTaken';

/** A frame after `change`, its check put right again. */
export function forged(frame: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = frame.slice();
  change(bytes);
  if (((bytes[4] ?? 0) & crcBit) === 0) bytes[bytes.length - 1] = checksum(bytes.subarray(0, -1));
  else new DataView(bytes.buffer).setUint16(bytes.length - 2, crc16(bytes.subarray(0, -2)), true);
  return bytes;
}

export const withSequence = (frame: Uint8Array, sequence: number): Uint8Array =>
  forged(frame, (bytes) => {
    bytes[4] = ((bytes[4] ?? 0) & ~sequenceMask) | sequence;
  });

/** Noise that now and then claims to be a long frame. */
export const babble: Uint8Array = Uint8Array.from({ length: 2_048 }, (_, i) =>
  i % 97 === 0 ? 0x53 : (i * 31 + (i >> 3)) & 0xff,
);

/** What a fault makes of a reply on its way; undefined: nothing of it arrives. */
export function onTheWire(
  fault: Fault | undefined,
  reply: Uint8Array,
  recorded: Uint8Array | undefined,
): Uint8Array | undefined {
  const sequence = (reply[4] ?? 0) & sequenceMask;
  switch (fault) {
    case 'drop':
      return undefined;
    case 'corrupt':
      return reply.map((byte, i) => (i === 5 ? byte ^ 0x10 : byte));
    case 'wrongSequence':
      return withSequence(reply, (sequence + 1) & sequenceMask);
    case 'wrongAddress':
      return forged(reply, (bytes) => {
        bytes[1] = (bytes[1] ?? 0) ^ 0x01;
      });
    case 'babble':
      return Uint8Array.of(...babble, ...reply);
    case 'replay':
      return recorded === undefined ? reply : withSequence(recorded, sequence);
    case 'badMac':
      return forged(reply, (bytes) => {
        bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 0x01;
      });
    default:
      return reply;
  }
}
