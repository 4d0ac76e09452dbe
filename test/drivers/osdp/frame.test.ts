import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum, crc16 } from '../../../drivers/osdp/frame/check.ts';
import { maxFrameBytes, scs } from '../../../drivers/osdp/frame/constants.ts';
import type { Frame, ReceivedFrame } from '../../../drivers/osdp/frame/frame.ts';
import { flushFrames, nothingPending, parseFrames } from '../../../drivers/osdp/frame/parser.ts';
import { encodeFrame, withMark } from '../../../drivers/osdp/frame/writer.ts';
import { bytes, hex } from '../../support/osdp/bytes.ts';

const poll: Frame = {
  address: 1,
  reply: false,
  sequence: 2,
  check: 'crc16',
  code: 0x60,
  data: new Uint8Array(0),
};

/** Feeds the chunks one by one, as a line does. */
function received(chunks: readonly Uint8Array[]) {
  let pending: Uint8Array = nothingPending;
  let strayBytes = 0;
  const frames: ReceivedFrame[] = [];
  let longestPending = 0;
  for (const chunk of chunks) {
    const parsed = parseFrames(pending, chunk);
    pending = parsed.pending;
    strayBytes += parsed.strayBytes;
    frames.push(...parsed.frames);
    longestPending = Math.max(longestPending, pending.length);
  }
  return { frames, pending, strayBytes, longestPending };
}

const plain = ({ address, reply, sequence, check, security, code, data }: Frame): Frame => ({
  address,
  reply,
  sequence,
  check,
  ...(security === undefined ? {} : { security }),
  code,
  data,
});

describe('the checks of annex E', () => {
  it.each([
    ['537F0D00046E0080250000', 0x386e],
    ['53000900046100', 0x66c0],
  ])('CRC of %s', (message, expected) => {
    expect(crc16(bytes(message))).toBe(expected);
  });

  it.each([
    ['537F0C00006E0080250000', 0x0f],
    ['53000800006100', 0x44],
  ])('checksum of %s', (message, expected) => {
    expect(checksum(bytes(message))).toBe(expected);
  });
});

describe('a frame', () => {
  const signed = () => bytes('A1A2A3A4A5A6A7A8A9AAABACADAEAFB0');
  it.each<[name: string, frame: Frame, wire: string]>([
    [
      'COMSET to everybody, with CRC',
      { ...poll, address: 0x7f, sequence: 0, code: 0x6e, data: bytes('0080250000') },
      '537F0D00046E00802500006E38',
    ],
    [
      'COMSET to everybody, with checksum',
      { ...poll, address: 0x7f, sequence: 0, check: 'checksum', code: 0x6e, data: bytes('0080250000') },
      '537F0C00006E00802500000F',
    ],
    [
      'ID, with CRC',
      { ...poll, address: 0, sequence: 0, code: 0x61, data: bytes('00') },
      '53000900046100C066',
    ],
    ['ACK', { ...poll, address: 0, reply: true, sequence: 1, code: 0x40 }, '538008000540689F'],
    [
      'CHLNG with its security block',
      {
        ...poll,
        address: 0,
        sequence: 1,
        check: 'checksum',
        security: { type: scs.chlng, data: bytes('01') },
        code: 0x76,
        data: bytes('B0B1B2B3B4B5B6B7'),
      },
      '5300120009031101 76B0B1B2B3B4B5B6B7 6B',
    ],
    [
      'POLL in a session, with 4 bytes of the MAC',
      {
        ...poll,
        address: 0,
        sequence: 3,
        check: 'checksum',
        security: { type: scs.command, data: nothingPending },
      },
      '53000D000B0215 60 A1A2A3A4 94',
    ],
  ])('%s is these bytes, and these bytes are it', (_, frame, wire) => {
    const encoded = encodeFrame(frame, signed);
    expect(hex(encoded)).toBe(hex(bytes(wire)));
    const { frames, strayBytes } = received([withMark(encoded)]);
    expect(frames.map(plain)).toEqual([frame]);
    expect(strayBytes).toBe(0);
  });

  it('says what its MAC covers: everything from the start byte to the data, with the final length', () => {
    const security = { type: scs.replyWithData, data: nothingPending };
    let covered: Uint8Array = nothingPending;
    const wire = encodeFrame({ ...poll, reply: true, security, data: bytes('0102') }, (part) => {
      covered = part.slice();
      return signed();
    });
    expect(hex(covered)).toBe('53811000 0E 0218 60 0102'.replaceAll(' ', ''));
    expect(received([wire]).frames).toMatchObject([{ covered, mac: bytes('A1A2A3A4') }]);
  });

  it('is refused where no receiver could take it', () => {
    expect(() => encodeFrame({ ...poll, data: new Uint8Array(maxFrameBytes) })).toThrow(
      expect.objectContaining({ code: 'frameTooLong' }),
    );
  });
});

const frame = fc
  .record({
    address: fc.nat(0x7f),
    reply: fc.boolean(),
    sequence: fc.nat(3),
    check: fc.constantFrom('crc16' as const, 'checksum' as const),
    code: fc.nat(0xff),
    data: fc.uint8Array({ maxLength: 60 }),
    block: fc.option(fc.record({ type: fc.nat(0xff), data: fc.uint8Array({ maxLength: 3 }) }), {
      nil: undefined,
    }),
  })
  .map(({ block, ...rest }): Frame => (block === undefined ? rest : { ...rest, security: block }));
const sign = () => new Uint8Array(16).fill(7);
const split = (whole: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const places = [...at.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return places.map((place, i) => whole.subarray(i === 0 ? 0 : places[i - 1], place));
};
/** Noise in which nothing claims to be a frame. */
const noise = fc
  .uint8Array({ maxLength: 20 })
  .map((junk) => junk.map((byte) => (byte === 0x53 ? 0x54 : byte)));

describe('the parser', () => {
  it('finds every frame in order, wherever the line splits it and whatever noise is between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, frame), { maxLength: 5 }), fc.array(fc.nat()), (line, places) => {
        const whole = Uint8Array.from(line.flatMap(([junk, one]) => [...junk, ...encodeFrame(one, sign)]));
        const { frames, pending, strayBytes } = received(split(whole, places));
        expect(frames.map(plain)).toEqual(line.map(([, one]) => one));
        expect(pending).toHaveLength(0);
        expect(strayBytes).toBe(line.flatMap(([junk]) => [...junk]).filter((byte) => byte !== 0xff).length);
      }),
    );
  });

  it('keeps nothing of a buffer that the port writes anew', () => {
    const port = Buffer.from(encodeFrame({ ...poll, data: bytes('0102') }));
    const first = parseFrames(nothingPending, port.subarray(0, 6));
    const second = parseFrames(nothingPending, port);
    port.fill(0x53);
    expect(hex(first.pending)).toBe('53010A000660');
    expect(second.frames.map(plain)).toEqual([{ ...poll, data: bytes('0102') }]);
  });

  it('finds a frame behind noise that claimed to be a longer one, once nothing more comes', () => {
    const wire = encodeFrame(poll);
    const { frames, pending } = received([Uint8Array.from([...bytes('53 01 40 01 04'), ...wire])]);
    expect(frames).toEqual([]);
    expect(flushFrames(pending).frames.map(plain)).toEqual([poll]);
  });

  it('takes no frame in which one bit has been turned', () => {
    const wire = encodeFrame({ ...poll, data: bytes('0102030405') });
    for (let bit = 0; bit < wire.length * 8; bit += 1) {
      const turned = wire.slice();
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { frames, pending } = received([turned]);
      expect([...frames, ...flushFrames(pending).frames]).toEqual([]);
    }
  });

  it.each([
    ['of no bytes', '53 01 00 00 04 60 00 00'],
    ['too short for a code', '53 01 07 00 04 60 00'],
    ['beyond what OSDP allows', '53 01 A1 05 04 60 00'],
    ['of 65,535 bytes', '53 01 FF FF 04 60 00'],
  ])('waits for nothing when the length is absurd: %s', (_, junk) => {
    const { frames } = received([bytes(junk), encodeFrame(poll)]);
    expect(frames.map(plain)).toEqual([poll]);
  });

  it.each([
    ['a security block longer than the frame', '53 01 0A 00 08 09 15 60 00'],
    ['a security block of no length', '53 01 0A 00 08 00 11 60 00'],
    ['a security block without a type', '53 01 0A 00 08 01 11 60 00'],
    ['no room for its MAC', '53 01 0A 00 08 02 15 60 00'],
  ])('takes no frame with %s, however right its check', (_, start) => {
    const wire = Uint8Array.from([...bytes(start), checksum(bytes(start))]);
    expect(received([wire]).frames).toEqual([]);
  });

  it('keeps less than one frame of arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 12 }), (chunks) => {
        expect(received(chunks).longestPending).toBeLessThan(maxFrameBytes);
      }),
    );
    const hopeful = Array.from({ length: 2_000 }, () => bytes('53 01 A0 05 04'));
    expect(received(hopeful).longestPending).toBeLessThan(maxFrameBytes);
  });
});
