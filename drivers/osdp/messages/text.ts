import { type DecodeFailure, viewOf } from './codes.ts';

export interface TextOutput {
  readonly reader: number;
  /** Shown for so long (whole seconds up to 255) over the permanent text; absent: for good. */
  readonly forMs?: number;
  /** Both from 1. */
  readonly row: number;
  readonly column: number;
  /** At most 32 letters of ASCII: `readerText` makes them. */
  readonly text: string;
}

const fixedBytes = 6;
const maxLetters = 32;
/** Permanent and temporary, each without a break at the line's end; with one they are 2 and 4. */
const permanent = 1;
const temporary = 3;

/** What a reader can show of a sentence: accents off ("Accès refusé" is shown as "Acces refuse"), cut to length. */
export const readerText = (sentence: string): string =>
  sentence
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll('’', "'")
    .replaceAll(/[^ -~]/gu, '?')
    .slice(0, maxLetters);

export function encodeText({ reader, forMs, row, column, text }: TextOutput): Uint8Array {
  const letters = new TextEncoder().encode(readerText(text));
  const data = new Uint8Array(fixedBytes + letters.length);
  data.set([
    reader,
    forMs === undefined ? permanent : temporary,
    (forMs ?? 0) / 1_000,
    row,
    column,
    letters.length,
  ]);
  data.set(letters, fixedBytes);
  return data;
}

export function decodeText(data: Uint8Array): TextOutput | DecodeFailure {
  if (data.length < fixedBytes) return 'length';
  const view = viewOf(data);
  const command = view.getUint8(1);
  if (data.length !== fixedBytes + view.getUint8(5)) return 'length';
  if (command < permanent || command > temporary + 1) return 'record';
  return {
    reader: view.getUint8(0),
    ...(command < temporary ? {} : { forMs: view.getUint8(2) * 1_000 }),
    row: view.getUint8(3),
    column: view.getUint8(4),
    text: String.fromCharCode(...data.subarray(fixedBytes)),
  };
}
