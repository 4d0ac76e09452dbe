/** The two encodings that SALTO servers are seen to speak. */
export type ShipEncoding = 'utf-8' | 'iso-8859-1';

/** XML text in bytes. What ISO-8859-1 lacks becomes a character reference, which XML reads as the same character. */
export function encodeText(text: string, encoding: ShipEncoding): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const fitting = text.replaceAll(/[^\0-\u00ff]/gu, (char) => `&#${char.codePointAt(0)};`);
  return Uint8Array.from(fitting, (char) => char.charCodeAt(0));
}

/**
 * The text of a body by the encoding that its XML declaration names, or else by `usual`.
 * Undefined for bytes that are no text in it, and for an encoding that SHIP does not use.
 */
export function decodeText(bytes: Uint8Array, usual: ShipEncoding): string | undefined {
  const named = declaredEncoding(bytes);
  const encoding = named === undefined ? usual : knownEncodings[named.toLowerCase()];
  switch (encoding) {
    case 'utf-8':
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch {
        return undefined;
      }
    case 'iso-8859-1':
      return latin1(bytes);
    case undefined:
      return undefined;
    default:
      return encoding satisfies never;
  }
}

const knownEncodings: Readonly<Record<string, ShipEncoding | undefined>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'iso-8859-1': 'iso-8859-1',
  latin1: 'iso-8859-1',
  // What Windows calls it: the same but for characters that no door has in its name.
  'windows-1252': 'iso-8859-1',
};

/** A declaration is ASCII in every encoding here, and stands first (XML 1.0 section 4.3.1). */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = latin1(bytes.subarray(0, 128)).replace(/^ï»¿/, '');
  return /^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(head)?.[1];
}

/** ISO-8859-1 itself: the platform's decoder of that name reads Windows-1252. */
function latin1(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  return pieces.join('');
}
