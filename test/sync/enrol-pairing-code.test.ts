/** The pairing code as an installer types it, and as a scanner reads it off a terminal (docs/adr/0009-pairing-code.md). */
import fc from 'fast-check';
import decodeQr from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { terminalQr } from '../../sync/headend/cli/terminal-qr.ts';
import {
  type PairingCode,
  pairingCodeOf,
  pairingLines,
  pairingText,
  readPairingCode,
  readPairingLine,
} from '../../sync/protocol/pairing-code.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const codes: fc.Arbitrary<PairingCode> = fc.record({ token: bytes(16), ca: bytes(32), root: bytes(32) });
const hex = ({ token, ca, root }: PairingCode): string =>
  [token, ca, root].map((part) => Buffer.from(part).toString('hex')).join(' ');
const someCode: PairingCode = {
  token: Buffer.alloc(16, 0x5a),
  ca: Buffer.alloc(32, 0xc3),
  root: Buffer.alloc(32, 0x0f),
};

describe('the typed code', () => {
  it('is five lines of seven groups of four', () => {
    const lines = pairingLines(someCode);
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('brings back token and hashes, line by line and as a whole', () => {
    fc.assert(
      fc.property(codes, (code) => {
        const lines = pairingLines(code);
        const read = lines.map((line, index) => {
          const one = readPairingLine(line, index + 1);
          if (one.kind === 'refused') throw new Error(one.problem);
          return one.bytes;
        });
        expect(hex(pairingCodeOf(read))).toBe(hex(code));
        const whole = readPairingCode(lines.join('\n'));
        if (whole.kind === 'refused') throw new Error(whole.problem);
        expect(hex(whole.code)).toBe(hex(code));
        expect(whole.url).toBeUndefined();
      }),
    );
  });

  it('does not mind case, spaces, dashes, or the letters that look like digits', () => {
    fc.assert(
      fc.property(codes, (code) => {
        const sloppy = pairingLines(code)
          .join(' ')
          .toLowerCase()
          .replaceAll('-', '  ')
          .replaceAll('0', 'o')
          .replaceAll('1', 'l');
        const read = readPairingCode(sloppy);
        expect(read.kind === 'code' ? hex(read.code) : read.problem).toBe(hex(code));
      }),
    );
  });

  // 12 bits of check: about one slip in 4,000 passes, and is found by the head-end. The run is seeded.
  it('finds a mistyped symbol and two swapped ones on the line where they are', () => {
    const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    fc.assert(
      fc.property(
        codes,
        fc.nat(4),
        fc.nat(27),
        fc.nat(31),
        fc.boolean(),
        (code, line, place, symbol, swap) => {
          const right = (pairingLines(code)[line] ?? '').replaceAll('-', '');
          const next = (place + 1) % 28;
          const typed = right.split('');
          if (swap) [typed[place], typed[next]] = [right[next] ?? '', right[place] ?? ''];
          else typed[place] = symbols[symbol] ?? '';
          fc.pre(typed.join('') !== right);
          const read = readPairingLine(typed.join(''), line + 1);
          expect(read).toMatchObject({ kind: 'refused' });
          expect(read.kind === 'refused' && read.problem).toMatch(
            new RegExp(`^Line ${line + 1} of the code .*; .*\\.$`),
          );
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('finds two lines in each other’s place', () => {
    const [first = '', second = ''] = pairingLines(someCode);
    expect(readPairingLine(second, 1).kind).toBe('refused');
    expect(readPairingCode([second, first, ...pairingLines(someCode).slice(2)].join('')).kind).toBe(
      'refused',
    );
  });

  it.each([
    ['a line too short', 'ABCD', 'Line 2 of the code has 4 symbols and not 28'],
    ['a symbol that is none', `${'0'.repeat(27)}!`, 'has a symbol that no code has'],
  ])('says what is wrong with %s', (_, text, words) => {
    const read = readPairingLine(text, 2);
    expect(read.kind === 'refused' && read.problem).toContain(words);
  });

  it('says how long a code is when a line is missing', () => {
    const read = readPairingCode(pairingLines(someCode).slice(1).join(''));
    expect(read.kind === 'refused' && read.problem).toContain('112 symbols and not 140');
  });
});

describe('the QR code', () => {
  it.each(['https://head-end.example:8443', 'https://192.0.2.7', 'https://[2001:db8::1]:8443'])(
    'is read off the terminal by another library, with the address %s',
    (url) => {
      const text = pairingText(someCode, url);
      const read = decodeQr(pictureOf(terminalQr(text, { coloured: false })));
      expect(read).toBe(text);
      const back = readPairingCode(read);
      if (back.kind === 'refused') throw new Error(back.problem);
      expect(hex(back.code)).toBe(hex(someCode));
      expect(back.url).toBe(url);
    },
  );

  it('is black on white in a terminal, whatever its colours are', () => {
    const lines = terminalQr('x', { coloured: true });
    for (const line of lines) {
      expect(line.startsWith('\u001b[38;5;16;48;5;231m')).toBe(true);
      expect(line.endsWith('\u001b[0m')).toBe(true);
    }
  });
});

/** What a camera sees: each character two modules high, each module four pixels wide. */
function pictureOf(lines: readonly string[]): { width: number; height: number; data: Uint8Array } {
  const scale = 4;
  const columns = Math.max(...lines.map((line) => line.length)) + 4;
  const width = columns * scale;
  const height = lines.length * 2 * scale;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / scale);
    for (let x = 0; x < width; x += 1) {
      const symbol = lines[Math.floor(row / 2)]?.[Math.floor(x / scale)] ?? ' ';
      const dark = symbol === '█' || symbol === (row % 2 === 0 ? '▀' : '▄');
      if (dark) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data };
}
