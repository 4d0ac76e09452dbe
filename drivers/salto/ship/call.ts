/** `<RequestCall>` out, `<RequestResponse>` in. */
import { frameOf } from './frame.ts';
import { fromSite, type ShipNames, type ShipWord, siteWord, toSite } from './names.ts';
import { decodeText, encodeText, type ShipEncoding } from './text.ts';
import { childOf, integerOf, parseXml, textOf, writeXml, type XmlElement, type XmlOut } from './xml.ts';

/** What both ends of a site's SHIP have agreed on. */
export interface ShipDialect {
  /** In which requests are written, and answers are read that name none. */
  readonly encoding: ShipEncoding;
  readonly names: ShipNames;
}

export interface ShipCall {
  readonly name: ShipWord;
  readonly params: readonly XmlOut[];
}

export type ShipReply =
  | { readonly kind: 'params'; readonly params: XmlElement }
  /** SALTO's own refusal. */
  | { readonly kind: 'exception'; readonly code: number | undefined }
  | { readonly kind: 'unreadable'; readonly fault: 'notText' | 'notXml' | 'otherReply' };

/** The frame of one call, with its bytes in the dialect's encoding. */
export function writeCall({ name, params }: ShipCall, { encoding, names }: ShipDialect): Uint8Array {
  const call: XmlOut = [
    'RequestCall',
    [
      ['RequestName', siteWord(names, name)],
      ['Params', params],
    ],
  ];
  const xml = `<?xml version="1.0" encoding="${encoding.toUpperCase()}"?>${writeXml(toSite(names, call))}`;
  return frameOf(encodeText(xml, encoding));
}

/** One body as the answer to the call `name`; an answer to anything else is none. */
export function readReply(body: Uint8Array, name: ShipWord, { encoding, names }: ShipDialect): ShipReply {
  const text = decodeText(body, encoding);
  if (text === undefined) return { kind: 'unreadable', fault: 'notText' };
  const parsed = parseXml(text);
  if (parsed === undefined) return { kind: 'unreadable', fault: 'notXml' };
  const root = fromSite(names, parsed);
  // Some say which call it was that they refuse, some do not.
  const exception = root.name === 'Exception' ? root : childOf(root, 'Exception');
  const answered = textOf(root, 'RequestName');
  if (exception !== undefined && (answered === undefined || answered === name))
    return { kind: 'exception', code: integerOf(exception, 'Code') };
  if (root.name !== 'RequestResponse' || answered !== name)
    return { kind: 'unreadable', fault: 'otherReply' };
  return { kind: 'params', params: childOf(root, 'Params') ?? { name: 'Params', text: '', children: [] } };
}
