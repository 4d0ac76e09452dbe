import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodeFailure } from '../../../drivers/osdp/messages/codes.ts';
import { type Command, decodeCommand, encodeCommand } from '../../../drivers/osdp/messages/command.ts';
import { capabilityFunctions } from '../../../drivers/osdp/messages/pdcap.ts';
import { decodeReply, encodeReply, type Reply } from '../../../drivers/osdp/messages/reply.ts';
import { readerText } from '../../../drivers/osdp/messages/text.ts';
import { bytes, hex } from '../../support/osdp/bytes.ts';

const wire = ({ code, data }: { readonly code: number; readonly data: Uint8Array }) =>
  hex(Uint8Array.of(code, ...data));
const message = (text: string) => {
  const [code = 0, ...data] = bytes(text);
  return { code, data: Uint8Array.from(data) };
};

describe('commands on the wire', () => {
  it.each<[command: Command, wire: string]>([
    [{ kind: 'POLL' }, '60'],
    [{ kind: 'ID' }, '61 00'],
    [{ kind: 'CAP' }, '62 00'],
    [{ kind: 'LSTAT' }, '64'],
    [{ kind: 'ISTAT' }, '65'],
    [{ kind: 'OSTAT' }, '66'],
    [{ kind: 'RSTAT' }, '67'],
    [
      {
        kind: 'OUT',
        outputs: [
          { output: 0, control: 'temporaryOn', timerMs: 5_000 },
          { output: 1, control: 'permanentOff', timerMs: 0 },
          { output: 2, control: 'nop', timerMs: 6_553_500 },
        ],
      },
      '68 00053200 01010000 0200FFFF',
    ],
    [
      {
        kind: 'LED',
        leds: [
          {
            reader: 0,
            led: 1,
            temporary: { onMs: 200, offMs: 300, onColor: 'green', offColor: 'black', timerMs: 30_000 },
            permanent: { onMs: 100, offMs: 0, onColor: 'red', offColor: 'red' },
          },
        ],
      },
      '69 00 01 02 02 03 02 00 2C01 01 01 00 01 01',
    ],
    [
      { kind: 'LED', leds: [{ reader: 1, led: 0, temporary: 'cancel' }] },
      '69 01 00 01 00000000 0000 00 00000000',
    ],
    [{ kind: 'BUZ', reader: 0, tone: 'default', onMs: 200, offMs: 200, count: 1 }, '6A 00 02 02 02 01'],
    [
      { kind: 'TEXT', reader: 0, forMs: 5_000, row: 1, column: 1, text: 'Welcome' },
      '6B 00 03 05 01 01 07 57656C636F6D65',
    ],
    [{ kind: 'TEXT', reader: 0, row: 2, column: 3, text: 'Hi' }, '6B 00 01 00 02 03 02 4869'],
    [{ kind: 'COMSET', address: 0, baudRate: 9_600 }, '6E 00 80250000'],
    [
      { kind: 'KEYSET', key: bytes('000102030405060708090A0B0C0D0E0F') },
      '75 01 10 000102030405060708090A0B0C0D0E0F',
    ],
    [{ kind: 'CHLNG', rndA: bytes('B0B1B2B3B4B5B6B7') }, '76 B0B1B2B3B4B5B6B7'],
    [
      { kind: 'SCRYPT', cryptogram: bytes('26D3356E07762D262801FC8E6665A891') },
      '77 26D3356E07762D262801FC8E6665A891',
    ],
    [{ kind: 'ABORT' }, 'A2'],
    [{ kind: 'KEEPACTIVE', forMs: 7_000 }, 'A7 581B'],
  ])('%o', (command, expected) => {
    expect(wire(encodeCommand(command))).toBe(hex(bytes(expected)));
    expect(decodeCommand(message(expected))).toEqual(command);
  });

  it.each<[what: string, wire: string, failure: DecodeFailure]>([
    ['a code that we do not know', '7C 00', 'unknownCommand'],
    ['POLL with data', '60 00', 'length'],
    ['ID without its byte', '61', 'length'],
    ['OUT of half a record', '68 0005', 'length'],
    ['OUT of no record', '68', 'length'],
    ['OUT with a control that there is not', '68 00 07 0000', 'record'],
    ['LED of 13 bytes', '69 00000000000000000000000000', 'length'],
    ['LED of a colour that there is not', '69 00 00 02 01 01 08 00 0100 00 00000000', 'record'],
    ['LED with a control that there is not', '69 00 00 03 01 01 01 00 0100 00 00000000', 'record'],
    ['BUZ without its count', '6A 00 02 02 02', 'length'],
    ['BUZ of a tone that there is not', '6A 00 03 02 02 01', 'record'],
    ['TEXT that says it is longer', '6B 00 01 00 01 01 05 4869', 'length'],
    ['TEXT cut off', '6B 00 01', 'length'],
    ['TEXT with a command that there is not', '6B 00 05 00 01 01 02 4869', 'record'],
    ['COMSET without the whole rate', '6E 00 8025', 'length'],
    ['KEYSET of 15 bytes', '75 01 0F 000102030405060708090A0B0C0D0E', 'length'],
    ['KEYSET of another type', '75 02 10 000102030405060708090A0B0C0D0E0F', 'record'],
    ['CHLNG of 7 bytes', '76 B0B1B2B3B4B5B6', 'length'],
    ['SCRYPT of 15 bytes', '77 26D3356E07762D262801FC8E6665A8', 'length'],
    ['KEEPACTIVE of one byte', 'A7 58', 'length'],
  ])('refuses %s', (_, text, failure) => {
    expect(decodeCommand(message(text))).toBe(failure);
  });

  it('shows French on a reader that knows ASCII only, cut to 32 letters', () => {
    expect(readerText('Accès refusé : réessayez s’il vous plaît')).toBe("Acces refuse : reessayez s'il vo");
    expect(readerText('日本\n')).toBe('???');
  });

  it('shows break-at-line-end text as what it is', () => {
    expect(decodeCommand(message('6B 00 04 02 01 01 02 4869'))).toMatchObject({ forMs: 2_000, text: 'Hi' });
    expect(decodeCommand(message('6B 00 02 00 01 01 02 4869'))).not.toHaveProperty('forMs');
  });
});

describe('replies on the wire', () => {
  it.each<[reply: Reply, wire: string]>([
    [{ kind: 'ACK' }, '40'],
    [{ kind: 'NAK', reason: 6 }, '41 06'],
    [
      { kind: 'PDID', vendor: '000ee3', model: 16, version: 16, serial: 0x97740000, firmware: '35.6.6' },
      '45 000EE3 10 10 00007497 230606',
    ],
    [
      {
        kind: 'PDCAP',
        capabilities: [
          { function: capabilityFunctions.contactStatus, level: 1, items: 2 },
          { function: capabilityFunctions.communicationSecurity, level: 1, items: 1 },
        ],
      },
      '46 010102 090101',
    ],
    [{ kind: 'LSTATR', tamper: true, powerFailure: false }, '48 01 00'],
    [{ kind: 'ISTATR', active: [false, true] }, '49 00 01'],
    [{ kind: 'OSTATR', active: [true] }, '4A 01'],
    [{ kind: 'RSTATR', readers: ['normal', 'notConnected', 'tamper'] }, '4B 00 01 02'],
    [{ kind: 'RAW', reader: 0, format: 1, bits: 26, data: bytes('BD88EB80') }, '50 00 01 1A00 BD88EB80'],
    [
      { kind: 'KEYPAD', reader: 0, keys: ['1', '2', '*', '0', '#', 'A', 'D'] },
      '53 00 07 31 32 7F 30 0D 41 44',
    ],
    [{ kind: 'COM', address: 5, baudRate: 115_200 }, '54 05 00C20100'],
    [
      {
        kind: 'CCRYPT',
        cuid: bytes('00068E0000000000'),
        rndB: bytes('A0A1A2A3A4A5A6A7'),
        cryptogram: bytes('FDE5D2F428EC16312471EA3C02BD7796'),
      },
      '76 00068E0000000000 A0A1A2A3A4A5A6A7 FDE5D2F428EC16312471EA3C02BD7796',
    ],
    [
      { kind: 'RMAC_I', mac: bytes('B2A30057EB98BA2229EC1F875662B524') },
      '78 B2A30057EB98BA2229EC1F875662B524',
    ],
    [{ kind: 'BUSY' }, '79'],
  ])('%o', (reply, expected) => {
    expect(wire(encodeReply(reply))).toBe(hex(bytes(expected)));
    expect(decodeReply(message(expected))).toEqual(reply);
  });

  it.each<[what: string, wire: string, failure: DecodeFailure]>([
    ['the deprecated FMT', '51 00 00 04 31323334', 'unknownCommand'],
    ['ACK with data', '40 00', 'length'],
    ['NAK without a reason', '41', 'length'],
    ['PDID of 11 bytes', '45 000EE3 10 10 00007497 2306', 'length'],
    ['PDCAP of half a record', '46 0101', 'length'],
    ['LSTATR of one byte', '48 01', 'length'],
    ['RSTATR of a state that there is not', '4B 03', 'record'],
    ['RAW without a card', '50 00 01 1A00', 'length'],
    ['RAW of no bits', '50 00 01 0000 00', 'length'],
    ['RAW with fewer bytes than bits', '50 00 01 1A00 BD88EB', 'length'],
    ['RAW with more bytes than bits', '50 00 01 1A00 BD88EB8000', 'length'],
    ['KEYPAD that says it is longer', '53 00 03 31 32', 'length'],
    ['KEYPAD with a key that there is not', '53 00 02 31 58', 'record'],
    ['COM without the whole rate', '54 05 00C2', 'length'],
    ['CCRYPT cut off', '76 00068E0000000000', 'length'],
    ['RMAC_I of 4 bytes', '78 B2A30057', 'length'],
  ])('refuses %s', (_, text, failure) => {
    expect(decodeReply(message(text))).toBe(failure);
  });

  it('takes no notice of what a reader leaves behind the last bit of a card', () => {
    expect(decodeReply(message('50 00 01 1A00 BD88EBBF'))).toEqual(
      decodeReply(message('50 00 01 1A00 BD88EB80')),
    );
  });

  it('takes a NAK’s reason, whatever detail follows', () => {
    expect(decodeReply(message('41 09 00'))).toEqual({ kind: 'NAK', reason: 9 });
  });
});

describe('arbitrary bytes', () => {
  it('decode to a value or a failure, never to a crash', () => {
    fc.assert(
      fc.property(fc.nat(0xff), fc.uint8Array({ maxLength: 80 }), (code, data) => {
        for (const decoded of [decodeCommand({ code, data }), decodeReply({ code, data })]) {
          if (typeof decoded === 'string') expect(['unknownCommand', 'length', 'record']).toContain(decoded);
          else expect(decoded).toHaveProperty('kind');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
