/**
 * The pairing code: what a console is told by hand so that it can enrol (PROTOCOL "Enrolment" 1). Five lines of 28
 * symbols: the one-time token, then the SHA-256 of the CA certificate and of the root key, two lines each. Every line
 * holds 16 bytes and its own check of 12 bits, so that a slip is found on the line where it happened
 * (docs/adr/0009-pairing-code.md).
 */
import { createHash } from 'node:crypto';

export interface PairingCode {
  /** 16 bytes, good for one enrolment. */
  readonly token: Uint8Array;
  /** SHA-256 of the CA certificate (DER), 32 bytes. */
  readonly ca: Uint8Array;
  /** SHA-256 of the root key: its RFC 7638 thumbprint, 32 bytes. */
  readonly root: Uint8Array;
}

/** Crockford's base 32: no I, L, O or U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const lineBytes = 16;
const lineSymbols = 28;
export const lineCount = 5;
const prefix = 'VESTIBULE:1:';

/** 12 bits over a line and its number: a line in the wrong place is a slip, too. */
const checkOf = (bytes: Uint8Array, line: number): number =>
  createHash('sha256').update(`vestibule pairing code ${line}:`).update(bytes).digest().readUInt16BE(0) >> 4;

function lineOf(bytes: Uint8Array, line: number): string {
  let rest = (BigInt(`0x${Buffer.from(bytes).toString('hex')}`) << 12n) | BigInt(checkOf(bytes, line));
  let symbols = '';
  for (let i = 0; i < lineSymbols; i += 1) {
    symbols = `${alphabet[Number(rest & 31n)]}${symbols}`;
    rest >>= 5n;
  }
  return symbols;
}

const whole = ({ token, ca, root }: PairingCode): Buffer => Buffer.concat([token, ca, root]);

const plainLines = (code: PairingCode): readonly string[] =>
  Array.from({ length: lineCount }, (_, index) =>
    lineOf(whole(code).subarray(index * lineBytes, (index + 1) * lineBytes), index + 1),
  );

/** The code to be read and typed: five lines of seven groups of four. */
export const pairingLines = (code: PairingCode): readonly string[] =>
  plainLines(code).map((line) => line.match(/.{4}/g)?.join('-') ?? line);

/** The code with its address in one text, for a QR code in its compact alphanumeric mode. `url` is an https origin. */
export const pairingText = (code: PairingCode, url: string): string =>
  `${prefix}${plainLines(code).join('')}:${url.toUpperCase()}`;

export type ReadLine =
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** One sentence. */
  | { readonly kind: 'refused'; readonly problem: string };

/** Reads one typed line, from 1; case, spaces and dashes do not matter, and O, I and L are read as 0, 1 and 1. */
export function readPairingLine(text: string, line: number): ReadLine {
  const refused = (problem: string): ReadLine => ({
    kind: 'refused',
    problem: `Line ${line} of the code ${problem}; compare it with the head-end's and type it again.`,
  });
  const symbols = normalised(text);
  if (symbols.length !== lineSymbols) return refused(`has ${symbols.length} symbols and not ${lineSymbols}`);
  let value = 0n;
  for (const symbol of symbols) {
    const digit = alphabet.indexOf(symbol);
    if (digit < 0) return refused('has a symbol that no code has');
    value = (value << 5n) | BigInt(digit);
  }
  const bytes = Buffer.from((value >> 12n).toString(16).padStart(2 * lineBytes, '0'), 'hex');
  return Number(value & 0xfffn) === checkOf(bytes, line)
    ? { kind: 'line', bytes }
    : refused('has a slip in it');
}

const normalised = (text: string): string =>
  text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');

export type ReadCode =
  /** `url` when the text brought it along. */
  | { readonly kind: 'code'; readonly code: PairingCode; readonly url?: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** Reads what was scanned (`VESTIBULE:1:…`) or a typed code as a whole. */
export function readPairingCode(text: string): ReadCode {
  const scanned = text.trim();
  if (scanned.toUpperCase().startsWith(prefix)) {
    const [symbols = '', ...address] = scanned.slice(prefix.length).split(':');
    const read = readSymbols(symbols);
    return read.kind === 'code' ? { ...read, url: address.join(':').toLowerCase() } : read;
  }
  return readSymbols(scanned);
}

function readSymbols(text: string): ReadCode {
  const symbols = normalised(text);
  if (symbols.length !== lineCount * lineSymbols) {
    return {
      kind: 'refused',
      problem: `The code has ${symbols.length} symbols and not ${lineCount * lineSymbols}; a pairing code has ${lineCount} lines of ${lineSymbols}.`,
    };
  }
  const lines: Uint8Array[] = [];
  for (let index = 0; index < lineCount; index += 1) {
    const read = readPairingLine(symbols.slice(index * lineSymbols, (index + 1) * lineSymbols), index + 1);
    if (read.kind === 'refused') return read;
    lines.push(read.bytes);
  }
  return { kind: 'code', code: pairingCodeOf(lines) };
}

/** The code that five read lines make. */
export function pairingCodeOf(lines: readonly Uint8Array[]): PairingCode {
  const bytes = Buffer.concat(lines);
  return { token: bytes.subarray(0, 16), ca: bytes.subarray(16, 48), root: bytes.subarray(48, 80) };
}
