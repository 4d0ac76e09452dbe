import { encode } from 'uqr';

/** Of a QR code: ISO/IEC 18004 asks for four light modules around it. */
const quietZone = 4;
const blackOnWhite = '\u001b[38;5;16;48;5;231m';
const plain = '\u001b[0m';

/**
 * A QR code in half blocks, two rows of modules a line. `coloured` sets black on white, whatever the terminal's own
 * colours are; without it dark modules are blocks, as on paper.
 */
export function terminalQr(text: string, { coloured }: { readonly coloured: boolean }): readonly string[] {
  const { data } = encode(text, { ecc: 'M', border: quietZone });
  const lines: string[] = [];
  for (let row = 0; row < data.length; row += 2) {
    const blocks = (data[row] ?? []).map((top, column) => block(top, data[row + 1]?.[column] ?? false));
    lines.push(coloured ? `${blackOnWhite}${blocks.join('')}${plain}` : blocks.join('').trimEnd());
  }
  return lines;
}

function block(top: boolean, bottom: boolean): string {
  if (top) return bottom ? '█' : '▀';
  return bottom ? '▄' : ' ';
}
