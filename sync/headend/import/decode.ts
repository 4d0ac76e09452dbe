/** The text of a file from an office program, whatever its encoding (pure). */

export type Decoded =
  | { readonly kind: 'text'; readonly text: string; readonly encoding: string }
  | { readonly kind: 'notText'; readonly what: string };

const startsWith = (bytes: Uint8Array, ...head: readonly number[]): boolean =>
  head.every((byte, i) => bytes[i] === byte);

/**
 * UTF-8 with and without a byte order mark, UTF-16 with one (Excel's "Unicode text"), else Windows-1252, of which
 * Latin-1's printable characters are a part. Line ends become `\n`.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  // A zip, as .xlsx and .ods are, and the older .xls.
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04) || startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) {
    return { kind: 'notText', what: 'is a spreadsheet, not CSV: open it and save it as "CSV UTF-8"' };
  }
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes).replace(/\r\n?/g, '\n');
  return text.includes('\0')
    ? { kind: 'notText', what: 'holds bytes that no text has: export it again as "CSV UTF-8"' }
    : { kind: 'text', text, encoding };
}

function encodingOf(bytes: Uint8Array): string {
  if (startsWith(bytes, 0xff, 0xfe)) return 'UTF-16LE';
  if (startsWith(bytes, 0xfe, 0xff)) return 'UTF-16BE';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'UTF-8';
  } catch {
    return 'Windows-1252';
  }
}
