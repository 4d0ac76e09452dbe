/** What can be wrong with a peripheral, or with somebody between it and the panel: for tests and for playing. */
import { checksum, crc16 } from '../frame/check.ts';
import { crcBit, sequenceMask } from '../frame/constants.ts';

const wireFaultNames = [
  'drop',
  'corrupt',
  'wrongSequence',
  'wrongAddress',
  'babble',
  'replay',
  'badMac',
] as const;
type WireFault = (typeof wireFaultNames)[number];

export const faultNames = [
  ...wireFaultNames,
  // By somebody who can forge, and does not have the key.
  'plainReplies',
  'plainNak',
  'forgedCapability',
  'defaultKey',
  'badCryptogram',
  'badInitialMac',
  // By a peripheral that is another one, is busy, or is out of its mind.
  'otherCuid',
  'otherSerial',
  'busy',
  'unexpectedReply',
  'keyNotTaken',
] as const;

export type Fault = (typeof faultNames)[number] | { readonly delayMs: number };

/** A frame after `change`, its check put right again. */
function forged(frame: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = frame.slice();
  change(bytes);
  if (((bytes[4] ?? 0) & crcBit) === 0) bytes[bytes.length - 1] = checksum(bytes.subarray(0, -1));
  else new DataView(bytes.buffer).setUint16(bytes.length - 2, crc16(bytes.subarray(0, -2)), true);
  return bytes;
}

const withSequence = (frame: Uint8Array, sequence: number): Uint8Array =>
  forged(frame, (bytes) => {
    bytes[4] = ((bytes[4] ?? 0) & ~sequenceMask) | sequence;
  });

/** Noise that now and then claims to be a long frame. */
const babble: Uint8Array = Uint8Array.from({ length: 2_048 }, (_, i) =>
  i % 97 === 0 ? 0x53 : (i * 31 + (i >> 3)) & 0xff,
);

type OnTheWire = (reply: Uint8Array, recorded: Uint8Array | undefined) => Uint8Array | undefined;

const sequenceOf = (frame: Uint8Array): number => (frame[4] ?? 0) & sequenceMask;
const turned = (frame: Uint8Array, at: number): Uint8Array =>
  forged(frame, (bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  });

const wireFaults: Readonly<Record<WireFault, OnTheWire>> = {
  drop: () => undefined,
  corrupt: (reply) => reply.map((byte, i) => (i === 5 ? byte ^ 0x10 : byte)),
  wrongSequence: (reply) => withSequence(reply, (sequenceOf(reply) + 1) & sequenceMask),
  wrongAddress: (reply) => turned(reply, 1),
  babble: (reply) => Uint8Array.of(...babble, ...reply),
  replay: (reply, recorded) => (recorded === undefined ? reply : withSequence(recorded, sequenceOf(reply))),
  // The last byte of the MAC, before the CRC.
  badMac: (reply) => turned(reply, reply.length - 3),
};

/** What a fault makes of a reply on its way; undefined: nothing of it arrives. `recorded`: the reply before. */
export function onTheWire(
  fault: Fault | undefined,
  reply: Uint8Array,
  recorded: Uint8Array | undefined,
): Uint8Array | undefined {
  return typeof fault === 'string' && fault in wireFaults
    ? wireFaults[fault as WireFault](reply, recorded)
    : reply;
}
