import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scs } from '../../../drivers/osdp/frame/constants.ts';
import type { ReceivedFrame } from '../../../drivers/osdp/frame/frame.ts';
import { nothingPending, parseFrames } from '../../../drivers/osdp/frame/parser.ts';
import { encodeFrame } from '../../../drivers/osdp/frame/writer.ts';
import { decryptData, encryptData, macOf } from '../../../drivers/osdp/secure/chain.ts';
import {
  type Agreed,
  checkCcrypt,
  checkInitialMac,
  type HandshakeRefusal,
  type KeyChoice,
} from '../../../drivers/osdp/secure/handshake.ts';
import { type KeyRefusal, keyRefusal } from '../../../drivers/osdp/secure/key-rules.ts';
import { open, type Session, type SessionRefusal, seal } from '../../../drivers/osdp/secure/session.ts';
import {
  clientCryptogram,
  defaultBaseKey,
  deriveSessionKeys,
  initialMac,
  serverCryptogram,
} from '../../../drivers/osdp/secure/session-keys.ts';
import { bytes, hex } from '../../support/osdp/bytes.ts';

const rndA = bytes('B0B1B2B3B4B5B6B7');
const rndB = bytes('A0A1A2A3A4A5A6A7');
const keys = deriveSessionKeys(defaultBaseKey, rndA);
const cryptA = serverCryptogram(keys, rndA, rndB);

describe('the session keys of annex E', () => {
  it.each([
    ['S-MAC1', keys.mac1, '5E86C676603BDEE2D8BEAFE178637332'],
    ['S-MAC2', keys.mac2, '6FDA86E857777E81132035758239172E'],
    ['S-ENC', keys.enc, 'BF8DC2A8329ACB8C67C6D0CD9A451682'],
    ['the panel’s cryptogram', cryptA, '26D3356E07762D262801FC8E6665A891'],
    ['the peripheral’s cryptogram', clientCryptogram(keys, rndA, rndB), 'FDE5D2F428EC16312471EA3C02BD7796'],
    ['RMAC_I', initialMac(keys, cryptA), 'B2A30057EB98BA2229EC1F875662B524'],
  ])('%s', (_, value, expected) => {
    expect(hex(value)).toBe(expected);
  });
});

describe('the chain of MACs', () => {
  // NIST SP 800-38A, F.2.1 (AES-128 CBC): with one key in every place, OSDP's MAC is the last block of plain CBC.
  const key = bytes('2B7E151628AED2A6ABF7158809CF4F3C');
  const iv = bytes('000102030405060708090A0B0C0D0E0F');
  const nist = { enc: key, mac1: key, mac2: key };
  const block = '6BC1BEE22E409F96E93D7E117393172A';
  const fourBlocks = `${block}AE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710`;

  it('agrees with CBC’s published vectors', () => {
    expect(hex(macOf(nist, iv, bytes(block)))).toBe('7649ABAC8119B246CEE98E9B12E9197D');
    expect(hex(macOf(nist, iv, bytes(fourBlocks)))).toBe('3FF1CAA1681FAC09120ECA307586E1A7');
  });

  it('pads what a MAC covers only where a block is not whole, and data always', () => {
    const short = bytes('0102030405');
    expect(macOf(nist, iv, short)).toEqual(macOf(nist, iv, bytes('01020304058000000000000000000000')));
    // The IV of data is the inverted MAC.
    const inverted = iv.map((byte) => ~byte);
    expect(hex(encryptData(nist, inverted, bytes(block)).subarray(0, 16))).toBe(
      '7649ABAC8119B246CEE98E9B12E9197D',
    );
    expect(encryptData(nist, iv, bytes(block))).toHaveLength(32);
  });

  it('gives back every data that was encrypted', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (data, mac) => {
          const encrypted = encryptData(keys, mac, data);
          expect(encrypted.length % 16).toBe(0);
          expect(decryptData(keys, mac, encrypted)).toEqual(data);
        },
      ),
    );
  });

  it.each([
    ['nothing', ''],
    ['half a block', '0102030405060708'],
    ['a block without the mark of its end', '7649ABAC8119B246CEE98E9B12E9197D'],
  ])('decrypts %s to nothing', (_, encrypted) => {
    expect(
      decryptData(
        nist,
        iv.map((byte) => ~byte),
        bytes(encrypted),
      ),
    ).toBeUndefined();
  });
});

const start: Session = { keys, mac: initialMac(keys, cryptA) };
const command = { address: 1, reply: false, sequence: 1, check: 'crc16' } as const;
const reply = { ...command, reply: true } as const;
const frameOf = (wire: Uint8Array): ReceivedFrame => {
  const [frame] = parseFrames(nothingPending, wire).frames;
  if (frame === undefined) throw new Error('no frame');
  return frame;
};

describe('a session', () => {
  it('is these bytes for POLL and ACK, then OUT and OSTATR', () => {
    const poll = seal(start, command, { code: 0x60, data: bytes('') });
    const ack = seal(poll.session, reply, { code: 0x40, data: bytes('') });
    const out = seal(ack.session, { ...command, sequence: 2 }, { code: 0x68, data: bytes('00053200') });
    const ostatr = seal(out.session, { ...reply, sequence: 2 }, { code: 0x4a, data: bytes('01') });
    expect([poll, ack, out, ostatr].map((sealed) => hex(sealed.bytes))).toEqual([
      '53010E000D0215600767C2C34907',
      '53810E000D021640AB5E451C5A0E',
      '53011E000E0217688B151A5092FAD914D5AAC7A55BE39DA89A4CBB0C89B2',
      '53811E000E02184A10137580A9BF56314287C4F7843F5D4124C147E12A0A',
    ]);
  });

  it('opens what the other end sealed, however long they talk', () => {
    const messages = fc.array(fc.tuple(fc.nat(0xff), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });
    fc.assert(
      fc.property(messages, (said) => {
        let panel = start;
        let peripheral = start;
        for (const [i, [code, data]] of said.entries()) {
          const fromPanel = i % 2 === 0;
          const sealed = seal(fromPanel ? panel : peripheral, fromPanel ? command : reply, { code, data });
          const opened = open(fromPanel ? peripheral : panel, frameOf(sealed.bytes));
          if (opened.kind === 'refused') throw new Error(opened.refusal);
          expect(opened.message).toEqual({ code, data });
          [panel, peripheral] = fromPanel
            ? [sealed.session, opened.session]
            : [opened.session, sealed.session];
        }
        expect(panel).toEqual(peripheral);
      }),
    );
  });

  const sealed = seal(start, reply, { code: 0x50, data: bytes('00011A00BD88EB80') });
  const genuine = frameOf(sealed.bytes);
  const bare = frameOf(seal(start, reply, { code: 0x40, data: bytes('') }).bytes);
  const signedAs = (type: number, data: Uint8Array, block = bytes('')) =>
    frameOf(
      encodeFrame({ ...reply, security: { type, data: block }, code: 0x50, data }, (covered) =>
        macOf(keys, start.mac, covered),
      ),
    );

  it.each<[what: string, frame: ReceivedFrame, refusal: SessionRefusal]>([
    [
      'a reply without protection',
      frameOf(encodeFrame({ ...reply, code: 0x50, data: bytes('00011A00BD88EB80') })),
      'plain',
    ],
    [
      'a reply under the handshake’s block',
      frameOf(
        encodeFrame({
          ...reply,
          security: { type: scs.ccrypt, data: bytes('01') },
          code: 0x40,
          data: bytes(''),
        }),
      ),
      'block',
    ],
    ['a reply under a command’s block', signedAs(scs.command, bytes('')), 'block'],
    ['a reply whose block brings something along', signedAs(scs.reply, bytes(''), bytes('00')), 'block'],
    ['data in clear under a right MAC', signedAs(scs.reply, bytes('00011A00BD88EB80')), 'block'],
    ['data that was not encrypted', signedAs(scs.replyWithData, bytes('00011A00BD88EB80')), 'padding'],
    [
      'another code',
      { ...bare, covered: frameOf(seal(start, reply, { code: 0x41, data: bytes('') }).bytes).covered },
      'mac',
    ],
    ['another MAC', { ...genuine, mac: bytes('00000000') }, 'mac'],
    ['a MAC of no bytes', { ...genuine, mac: bytes('') }, 'mac'],
  ])('refuses %s', (_, frame, refusal) => {
    expect(open(start, frame)).toEqual({ kind: 'refused', refusal });
  });

  it('refuses a replay, a message out of turn and one of another session', () => {
    const next = open(start, genuine);
    if (next.kind === 'refused') throw new Error(next.refusal);
    const later = seal(next.session, command, { code: 0x60, data: bytes('') });
    expect(open(later.session, genuine)).toEqual({ kind: 'refused', refusal: 'mac' });
    expect(open({ ...start, keys: deriveSessionKeys(defaultBaseKey, rndB) }, genuine)).toMatchObject({
      refusal: 'mac',
    });
  });

  it('refuses every message in which one bit was turned, even when its check was put right', () => {
    for (let bit = 0; bit < genuine.covered.length * 8; bit += 1) {
      const covered = genuine.covered.slice();
      covered[bit >> 3] = (covered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(start, { ...genuine, covered })).toEqual({ kind: 'refused', refusal: 'mac' });
    }
  });
});

describe('the handshake, as the panel judges it', () => {
  const scbk = bytes('2B7E151628AED2A6ABF7158809CF4F3C');
  const cuid = bytes('00068E0000000000');
  const byDefault: KeyChoice = { kind: 'default', newKey: scbk };
  const own: KeyChoice = { kind: 'own', key: scbk };
  const ownKeys = deriveSessionKeys(scbk, rndA);
  const proof = clientCryptogram(ownKeys, rndA, rndB);
  const ccrypt = { cuid, rndB, cryptogram: proof };
  const block = (type: number, data = '01') => ({ security: { type, data: bytes(data) } });
  const agreed = (pinnedCuid?: string) =>
    checkCcrypt(block(scs.ccrypt), ccrypt, { choice: own, rndA, pinnedCuid });

  it('agrees with a peripheral that has the key', () => {
    const cryptogram = serverCryptogram(ownKeys, rndA, rndB);
    const expected: Agreed = {
      session: { keys: ownKeys, mac: initialMac(ownKeys, cryptogram) },
      cryptA: cryptogram,
      cuid: '00068e0000000000',
    };
    expect(agreed()).toEqual(expected);
    expect(agreed('00068e0000000000')).toEqual(expected);
    expect(checkInitialMac(block(scs.rmacI), expected.session.mac, expected)).toBeUndefined();
  });

  const withDefault = { ...ccrypt, cryptogram: clientCryptogram(keys, rndA, rndB) };
  it.each<[what: string, answer: () => Agreed | HandshakeRefusal, refusal: HandshakeRefusal]>([
    ['one without a security block', () => checkCcrypt({}, ccrypt, { choice: own, rndA }), 'handshakeBlock'],
    [
      'one under another block',
      () => checkCcrypt(block(scs.rmacI), ccrypt, { choice: own, rndA }),
      'handshakeBlock',
    ],
    [
      'one that does not name its key',
      () => checkCcrypt(block(scs.ccrypt, ''), ccrypt, { choice: own, rndA }),
      'handshakeBlock',
    ],
    [
      'SCBK-D in place of our key',
      () => checkCcrypt(block(scs.ccrypt, '00'), withDefault, { choice: own, rndA }),
      'keySelector',
    ],
    [
      'SCBK-D under our key’s name',
      () => checkCcrypt(block(scs.ccrypt), withDefault, { choice: own, rndA }),
      'cryptogram',
    ],
    [
      'our key where SCBK-D was asked for',
      () => checkCcrypt(block(scs.ccrypt), ccrypt, { choice: byDefault, rndA }),
      'keySelector',
    ],
    [
      'a cryptogram of another challenge',
      () => checkCcrypt(block(scs.ccrypt), ccrypt, { choice: own, rndA: rndB }),
      'cryptogram',
    ],
    [
      'our own challenge thrown back',
      () => checkCcrypt(block(scs.ccrypt), { ...ccrypt, rndB: rndA }, { choice: own, rndA }),
      'cryptogram',
    ],
    ['another peripheral that has the key', () => agreed('ffffffffffffffff'), 'cuidChanged'],
  ])('refuses %s', (_, answer, refusal) => {
    expect(answer()).toBe(refusal);
  });

  it('agrees with SCBK-D where that was asked for', () => {
    expect(checkCcrypt(block(scs.ccrypt, '00'), withDefault, { choice: byDefault, rndA })).toMatchObject({
      cryptA,
    });
  });

  it.each<
    [what: string, security: ReturnType<typeof block> | object, mac: string, refusal: HandshakeRefusal]
  >([
    ['an RMAC_I without a security block', {}, 'B2A30057EB98BA2229EC1F875662B524', 'handshakeBlock'],
    [
      'an RMAC_I under another block',
      block(scs.ccrypt),
      'B2A30057EB98BA2229EC1F875662B524',
      'handshakeBlock',
    ],
    [
      'an RMAC_I that says our proof was wrong',
      block(scs.rmacI, '00'),
      'B2A30057EB98BA2229EC1F875662B524',
      'initialMac',
    ],
    ['another RMAC_I', block(scs.rmacI), 'B2A30057EB98BA2229EC1F875662B525', 'initialMac'],
  ])('refuses %s', (_, security, mac, refusal) => {
    expect(checkInitialMac(security, bytes(mac), { session: start, cryptA, cuid: '' })).toBe(refusal);
  });
});

describe('a base key', () => {
  const inUse = bytes('2B7E151628AED2A6ABF7158809CF4F3C');
  it.each<[key: string, refusal: KeyRefusal | undefined]>([
    ['8E73B0F7DA0E6452C810F32B809079E5', undefined],
    ['8E73B0F7DA0E6452C810F32B8090', 'length'],
    ['303132333435363738393A3B3C3D3E3F', 'default'],
    ['00000000000000000000000000000000', 'repeated'],
    ['ABCDABCDABCDABCDABCDABCDABCDABCD', 'repeated'],
    ['01234567012345670123456701234567', 'repeated'],
    ['0123456789ABCDEF0123456789ABCDEF', 'repeated'],
    ['000102030405060708090A0B0C0D0E0F', 'sequential'],
    ['F8F9FAFBFCFDFEFF0001020304050607', 'sequential'],
    ['FFEEDDCCBBAA99887766554433221100', 'sequential'],
    ['2B7E151628AED2A6ABF7158809CF4F3C', 'inUse'],
  ])('%s: %s', (key, refusal) => {
    expect(keyRefusal(bytes(key), [inUse])).toBe(refusal);
  });
});
