import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cell,
  readDate,
  readDirectoryCode,
  readLanguage,
  readPhone,
  readYesNo,
} from '../../sync/headend/import/cells.ts';

const reading = <T>(cell: Cell<T>): T | string => (cell.kind === 'value' ? cell.value : `! ${cell.what}`);

describe('a phone number', () => {
  it.each([
    ['4165550143', '+14165550143'],
    ['(416) 555-0143', '+14165550143'],
    ['416.555.0143', '+14165550143'],
    ['1-416-555-0143', '+14165550143'],
    ['+1 416 555 0143', '+14165550143'],
    ['011 33 1 70 18 99 00', '+33170189900'],
    ['+33 1 70 18 99 00', '+33170189900'],
    ['4165550143.0', '+14165550143'],
    ['416–555–0143', '+14165550143'],
  ])('%s is %s', (text, number) => {
    expect(reading(readPhone(text))).toBe(number);
  });

  it.each([
    ['555-0143', /area code/],
    ['(016) 555-0143', /ten digits/],
    ['416 155 0143', /ten digits/],
    ['4.16555E+09', /Excel rounded/],
    ['416-555-0143 x12', /extension/],
    ['514 555-0143 poste 4', /extension/],
    ['416-555-0143 / 647-555-0144', /one number/],
    ['call her son', /one phone number/],
    ['+44', /international/],
    ['+123456789012345678', /North American|international/],
  ])('%s is refused without being repeated', (text, what) => {
    const read = reading(readPhone(text));
    expect(read).toMatch(/^! /);
    expect(read).toMatch(what);
    expect(read).not.toContain(text);
  });

  it('is the same however a North American number is punctuated', () => {
    const digit = (from: number) => fc.integer({ min: from, max: 9 });
    const number = fc
      .tuple(digit(2), digit(0), digit(0), digit(2), ...Array.from({ length: 6 }, () => digit(0)))
      .map((digits) => digits.join(''));
    const gap = fc.constantFrom('', ' ', '-', '.', ' - ');
    fc.assert(
      fc.property(number, fc.constantFrom('', '1', '+1', '1-', '+1 '), gap, gap, (n, prefix, a, b) => {
        const text = `${prefix}${n.slice(0, 3)}${a}${n.slice(3, 6)}${b}${n.slice(6)}`;
        expect(reading(readPhone(text))).toBe(`+1${n}`);
      }),
    );
  });
});

describe('a date', () => {
  it.each([
    ['2026-03-01', '2026-03-01'],
    ['2026/3/1', '2026-03-01'],
    ['20260301', '2026-03-01'],
    ['2026-03-01 00:00:00', '2026-03-01'],
    ['2026-03-01T00:00:00', '2026-03-01'],
    ['46082', '2026-03-01'],
    ['46082.5', '2026-03-01'],
    ['46082,25', '2026-03-01'],
    ['1-Mar-2026', '2026-03-01'],
    ['1er mars 2026', '2026-03-01'],
    ['31 août 2026', '2026-08-31'],
    ['March 1, 2026', '2026-03-01'],
    ['25/12/2026', '2026-12-25'],
    ['12/25/2026 12:00 AM', '2026-12-25'],
    ['03/03/2026', '2026-03-03'],
    ['29.02.2028', '2028-02-29'],
  ])('%s is %s', (text, date) => {
    expect(reading(readDate(text, undefined))).toBe(date);
  });

  it.each([
    ['03/01/2026', /2026-03-01 or 2026-01-03.*--dates mdy or --dates dmy/],
    ['03/01/26', /year with four/],
    ['2026-02-30', /calendar does not have/],
    ['30/02/2026', /calendar does not have/],
    ['12345', /2026-03-01/],
    ['0000-00-00', /2026-03-01/],
    ['soon', /2026-03-01/],
    ['1 brumaire 2026', /2026-03-01/],
  ])('%s is refused with the way out', (text, what) => {
    expect(reading(readDate(text, undefined))).toMatch(what);
  });

  it('is read in the order that was told, and not in the other', () => {
    expect(reading(readDate('03/01/2026', 'mdy'))).toBe('2026-03-01');
    expect(reading(readDate('03/01/2026', 'dmy'))).toBe('2026-01-03');
    expect(reading(readDate('25/12/2026', 'mdy'))).toMatch(/--dates mdy/);
  });

  it("is the same day as Excel's number, written any unambiguous way", () => {
    const zero = Temporal.PlainDate.from('1899-12-30');
    fc.assert(
      fc.property(fc.integer({ min: 20_000, max: 79_999 }), (serial) => {
        const date = zero.add({ days: serial });
        const [y, m, d] = [date.year, date.month, date.day];
        for (const [text, order] of [
          [String(serial), undefined],
          [date.toString(), undefined],
          [`${m}/${d}/${y}`, 'mdy'],
          [`${d}.${m}.${y}`, 'dmy'],
        ] as const) {
          expect(reading(readDate(text, order))).toBe(date.toString());
        }
      }),
    );
  });
});

describe('other cells', () => {
  it.each([
    ['Oui', true],
    ['x', true],
    ['VRAI', true],
    ['non', false],
    ['0', false],
    ['maybe', '! must be yes or no (oui, non; true, false; 1, 0; x)'],
  ])('hidden: %s', (text, value) => {
    expect(reading(readYesNo(text))).toBe(value);
  });

  it.each([
    ['English', 'en'],
    ['fr-CA', 'fr'],
    ['Français', 'fr'],
    ['anglais', 'en'],
    ['Klingon', '! must be English or French (anglais, français; en, fr)'],
  ])('language: %s', (text, value) => {
    expect(reading(readLanguage(text))).toBe(value);
  });

  it('a directory code gets back the zeros that Excel dropped, and says so', () => {
    expect(readDirectoryCode('12', 4)).toEqual({
      kind: 'value',
      value: '0012',
      note: expect.stringContaining('zeros'),
    });
    expect(readDirectoryCode('7719', 4)).toEqual({ kind: 'value', value: '7719' });
    for (const text of ['77190', 'A12', '7 7'])
      expect(reading(readDirectoryCode(text, 4))).toMatch(/4 digits/);
  });
});
