/**
 * Lines of text out of a stream of bytes, for readers that send a tag as text. Pure. What is kept is less than
 * `maxLineBytes`: a line without end is left out as a whole, up to where the next one begins.
 */

/** No tag is as long. */
const maxLineBytes = 128;

export interface LineBuffer {
  readonly kept: string;
  /** The line that runs is too long: it is skipped up to its end. */
  readonly skipping: boolean;
}

export const noLine: LineBuffer = { kept: '', skipping: false };

/** CR, LF, STX and ETX: whichever a reader puts around its lines, none of them is part of a tag. */
const boundaries: ReadonlySet<number> = new Set([0x0d, 0x0a, 0x02, 0x03]);

export function takeBytes(
  before: LineBuffer,
  bytes: Uint8Array,
): { readonly buffer: LineBuffer; readonly lines: readonly string[] } {
  let { kept, skipping } = before;
  const lines: string[] = [];
  for (const byte of bytes) {
    if (boundaries.has(byte)) {
      if (kept !== '' && !skipping) lines.push(kept);
      kept = '';
      skipping = false;
    } else if (kept.length === maxLineBytes) {
      kept = '';
      skipping = true;
    } else if (!skipping) {
      kept += String.fromCharCode(byte);
    }
  }
  return { buffer: { kept, skipping }, lines };
}
