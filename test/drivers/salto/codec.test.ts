import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply, type ShipDialect, writeCall } from '../../../drivers/salto/ship/call.ts';
import {
  doorCall,
  doorListOf,
  doorResultOf,
  onlineDoorsOf,
  statusCall,
} from '../../../drivers/salto/ship/doors.ts';
import { nothingPending, readFrames } from '../../../drivers/salto/ship/frame.ts';
import { infoOf } from '../../../drivers/salto/ship/info.ts';
import { saltoLocalTime } from '../../../drivers/salto/ship/local-time.ts';
import { decodeText, encodeText } from '../../../drivers/salto/ship/text.ts';
import { parseXml, writeXml, type XmlElement, type XmlOut } from '../../../drivers/salto/ship/xml.ts';

const utf8: ShipDialect = { encoding: 'utf-8', names: {} };
const latin1: ShipDialect = { encoding: 'iso-8859-1', names: {} };

const bodyOf = (frame: Uint8Array): Uint8Array => {
  const [body] = readFrames(nothingPending, frame).bodies;
  if (body === undefined) throw new Error('no frame');
  return body;
};

const reply = (params: string, name = 'OnlineDoor.Open'): Uint8Array =>
  Buffer.from(
    `<RequestResponse><RequestName>${name}</RequestName><Params>${params}</Params></RequestResponse>`,
  );

function paramsOf(xml: string): XmlElement {
  const read = readReply(reply(xml), 'OnlineDoor.Open', utf8);
  if (read.kind !== 'params') throw new Error(read.kind);
  return read.params;
}

describe('a call', () => {
  it('is, byte by byte, what public programs send, with the length that they should send', () => {
    expect(Buffer.from(writeCall(doorCall('open', 'Lector Mural', 'name'), latin1)).toString('latin1')).toBe(
      'STP/00/187/<?xml version="1.0" encoding="ISO-8859-1"?><RequestCall><RequestName>OnlineDoor.Open</RequestName><Params><DoorNameList><DoorID>Lector Mural</DoorID></DoorNameList></Params></RequestCall>',
    );
  });

  it('counts the bytes of its encoding', () => {
    const call = doorCall('open', 'Entrée', 'id');
    const [one, other] = [writeCall(call, utf8), writeCall(call, latin1)];
    // "UTF-8" is five characters shorter than "ISO-8859-1", and its é one byte longer.
    expect(bodyOf(other).length - bodyOf(one).length).toBe(5 - 1);
    expect(Buffer.from(bodyOf(other)).toString('latin1')).toContain('<ExtDoorID>Entrée</ExtDoorID>');
    expect(Buffer.from(bodyOf(one)).toString('utf8')).toContain('<ExtDoorID>Entrée</ExtDoorID>');
  });

  it('says in ISO-8859-1 what that encoding lacks, by reference', () => {
    expect(
      Buffer.from(bodyOf(writeCall(doorCall('open', 'Œuvre 门', 'id'), latin1))).toString('latin1'),
    ).toContain('<ExtDoorID>&#338;uvre &#38376;</ExtDoorID>');
  });

  it('uses the words that a licensed text corrects, and reads them', () => {
    const names = {
      'OnlineDoor.Open': 'Door.Unlock',
      ExtDoorIDList: 'Doors',
      ExtDoorID: 'D',
      ErrorCode: 'Err',
    };
    const dialect: ShipDialect = { encoding: 'utf-8', names };
    const sent = Buffer.from(bodyOf(writeCall(doorCall('open', 'A', 'id'), dialect))).toString();
    expect(sent).toContain('<RequestName>Door.Unlock</RequestName><Params><Doors><D>A</D></Doors></Params>');
    const answer = reply(
      '<OnlineDoorActionResultList><OnlineDoorActionResult><DoorID>A</DoorID><Err>7</Err></OnlineDoorActionResult></OnlineDoorActionResultList>',
      'Door.Unlock',
    );
    const read = readReply(answer, 'OnlineDoor.Open', dialect);
    expect(read.kind === 'params' && doorResultOf(read.params, 'A')).toEqual({
      kind: 'refused',
      errorCode: 7,
    });
  });

  it('names every door of a status poll', () => {
    expect(Buffer.from(bodyOf(writeCall(statusCall(['A', 'B&C'], 'id'), utf8))).toString()).toContain(
      '<ExtDoorIDList><ExtDoorID>A</ExtDoorID><ExtDoorID>B&amp;C</ExtDoorID></ExtDoorIDList>',
    );
  });
});

describe('XML', () => {
  const name = fc.constantFrom('A', 'B', 'SaltoDB.Some', 'Ünï');
  // XML normalises line ends, and an answer's text is trimmed: neither is in a door's name.
  const text = fc
    .string({ unit: 'grapheme' })
    .map((made) => made.replaceAll(/[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '').trim());
  const tree: fc.Arbitrary<XmlOut> = fc.letrec<{ element: XmlOut }>((tie) => ({
    element: fc.tuple(
      name,
      fc.oneof({ depthSize: 'small', maxDepth: 5 }, text, fc.array(tie('element'), { maxLength: 4 })),
    ),
  })).element;
  const shape = ([called, content]: XmlOut): XmlElement =>
    typeof content === 'string'
      ? { name: called, text: content, children: [] }
      : { name: called, text: '', children: content.map(shape) };

  it('comes back from either encoding as it was written', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('utf-8' as const, 'iso-8859-1' as const), (made, encoding) => {
        // Names are ASCII in SHIP; ISO-8859-1 has these too.
        const decoded = decodeText(encodeText(writeXml(made), encoding), encoding);
        expect(decoded === undefined ? undefined : parseXml(decoded)).toEqual(shape(made));
      }),
    );
  });

  it('is refused wherever it is cut short', () => {
    const whole = writeXml([
      'A',
      [
        ['B', 'x & é'],
        ['C', []],
      ],
    ]);
    expect(parseXml(whole)).toBeDefined();
    for (let end = 0; end < whole.length; end += 1) expect(parseXml(whole.slice(0, end))).toBeUndefined();
  });

  it('is refused with a document type: there is nothing to expand', () => {
    expect(parseXml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toBeUndefined();
    expect(parseXml('<!DOCTYPE a><a/>')).toBeUndefined();
    expect(parseXml('<a>&b;</a>')).toBeUndefined();
    expect(parseXml('<a>&amp;&#233;&#xE9;</a>')?.text).toBe('&éé');
  });

  it('is refused when it is deeper, or has more elements, than an answer', () => {
    expect(parseXml(`${'<a>'.repeat(16)}${'</a>'.repeat(16)}`)).toBeDefined();
    expect(parseXml(`${'<a>'.repeat(17)}${'</a>'.repeat(17)}`)).toBeUndefined();
    expect(parseXml(`<a>${'<b/>'.repeat(20_000)}</a>`)).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const read = readReply(bytes, 'GetInfo', utf8);
        expect(read.kind).toBe('unreadable');
      }),
    );
  });
});

describe('an encoding', () => {
  it.each([
    ["<?xml version='1.0' encoding='iso-8859-1'?>", [0xe9], 'é'],
    ['<?xml version="1.0" encoding="UTF-8"?>', [0xc3, 0xa9], 'é'],
    ['<?xml version="1.0"?>', [0xc3, 0xa9], 'é'],
  ])('is the one that %s declares', (declaration, bytes, char) => {
    expect(decodeText(Uint8Array.from([...Buffer.from(declaration), ...bytes]), 'utf-8')).toBe(
      `${declaration}${char}`,
    );
  });

  it('is refused when it is not one of SHIP’s, or the bytes are none of its', () => {
    expect(decodeText(Buffer.from('<?xml version="1.0" encoding="UTF-7"?><A/>'), 'utf-8')).toBeUndefined();
    expect(decodeText(Uint8Array.of(0x3c, 0xe9, 0x3e), 'utf-8')).toBeUndefined();
  });
});

describe('an answer', () => {
  it('is SALTO’s refusal, with or without its request’s name', () => {
    const exception = '<Exception><Code> 502 </Code><Message>Unknown request</Message></Exception>';
    const named = `<RequestResponse><RequestName>GetInfo</RequestName>${exception}</RequestResponse>`;
    for (const xml of [named, `<RequestResponse>${exception}</RequestResponse>`, exception])
      expect(readReply(Buffer.from(xml), 'GetInfo', utf8)).toEqual({ kind: 'exception', code: 502 });
  });

  it('is none when it answers another call', () => {
    expect(readReply(reply('', 'GetInfo'), 'OnlineDoor.Open', utf8)).toEqual({
      kind: 'unreadable',
      fault: 'otherReply',
    });
  });

  const result = (door: string, code: string): string =>
    `<OnlineDoorActionResult><DoorID>${door}</DoorID><ErrorCode>${code}</ErrorCode></OnlineDoorActionResult>`;
  const results = (...inside: string[]): XmlElement =>
    paramsOf(`<OnlineDoorActionResultList>${inside.join('')}</OnlineDoorActionResultList>`);

  it.each([
    ['done', results(result('B', '4'), result('A', '0')), { kind: 'done' }],
    ['refused with a number', results(result('A', '4')), { kind: 'refused', errorCode: 4 }],
    ['done, where the list is empty', results(), { kind: 'done' }],
    ['done, where there is no list', paramsOf(''), { kind: 'done' }],
    ['untold, where it is about another door', results(result('B', '0')), { kind: 'untold' }],
    ['untold, where the error code is no number', results(result('A', 'ok')), { kind: 'untold' }],
    ['untold, where it is about something else', paramsOf('<Other/>'), { kind: 'untold' }],
  ])('says of one door: %s', (_, params, expected) => {
    expect(doorResultOf(params, 'A')).toEqual(expected);
  });

  it('says how doors stand', () => {
    const door = (id: string, comm: number, status: number): string =>
      `<OnlineDoorStatus><DoorID>${id}</DoorID><CommStatus>${comm}</CommStatus><DoorStatus>${status}</DoorStatus></OnlineDoorStatus>`;
    const doors = [door('A', 1, 0), door('B', 0, 3), door('C', -1, -1), door('D', 1, 17)].join('');
    const read = onlineDoorsOf(paramsOf(`<OnlineDoorStatusList>${doors}</OnlineDoorStatusList>`));
    expect([...(read ?? [])]).toEqual([
      ['A', { status: 'open', reached: true }],
      ['B', { status: 'intrusion', reached: false }],
      ['C', { status: 'unknown', reached: undefined }],
      ['D', { status: 'unknown', reached: true }],
    ]);
    expect(onlineDoorsOf(paramsOf('<Other/>'))).toBeUndefined();
  });

  it('lists doors with their names', () => {
    const xml =
      '<SaltoDBDoorList><SaltoDBDoor><ExtDoorID>A</ExtDoorID><Name>Entrée</Name><OpenTime>6</OpenTime></SaltoDBDoor><SaltoDBDoor/></SaltoDBDoorList><EOF>0</EOF>';
    expect(doorListOf(paramsOf(xml))).toEqual({
      doors: [{ id: 'A', name: 'Entrée', openTimeMs: 6_000 }],
      isLast: false,
    });
  });

  it('tells the protocol and the server’s wall time', () => {
    const xml =
      '<ProtocolID>SHIP</ProtocolID><ProtocolVersion>1.0</ProtocolVersion><DateTime>2004-9-2T12:30:20</DateTime>';
    expect(infoOf(paramsOf(xml))).toEqual({
      protocol: 'SHIP',
      version: '1.0',
      localTime: '2004-09-02T12:30:20',
    });
  });
});

describe('a SALTO time', () => {
  it.each([
    ['2026-11-22T14:05:00', '2026-11-22T14:05:00'],
    ['2026-2-3T4:05:06', '2026-02-03T04:05:06'],
    ['2026-12-31T24:00:00', '2027-01-01T00:00:00'],
    ['2026-11-22T14:05:00.123', '2026-11-22T14:05:00'],
    ['1900-01-01T00:00:00', undefined],
    ['2000-01-01T00:00:00', undefined],
    ['2026-11-22T24:00:01', undefined],
    ['2026-02-29T10:00:00', undefined],
    ['2026-11-22 14:05:00', undefined],
    ['2026-11-22T14:05:00Z', undefined],
    [undefined, undefined],
  ])('%s is %s', (text, expected) => {
    expect(saltoLocalTime(text)).toBe(expected);
  });
});
