import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noLine, takeBytes } from '../../../drivers/serial/line-reader.ts';
import { type TagFormat, tagOf } from '../../../drivers/serial/tag-format.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('lines out of bytes', () => {
  it.each(['\r', '\n', '\r\n', '\u0003\u0002', '\r\n\r\n'])('end with %j', (end) => {
    const { lines } = takeBytes(noLine, bytes(`one${end}two${end}thr`));
    expect(lines).toEqual(['one', 'two']);
  });

  it('are the same wherever the bytes are split', () => {
    const line = fc.string({
      unit: fc.constantFrom(...Array.from('0123456789ABCDEF :')),
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(400)), (wanted, cuts) => {
        const whole = bytes(wanted.map((one) => `${one}\r\n`).join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].sort(
          (a, b) => a - b,
        );
        let buffer = noLine;
        const lines: string[] = [];
        places.slice(1).forEach((end, i) => {
          const taken = takeBytes(buffer, whole.subarray(places[i], end));
          buffer = taken.buffer;
          lines.push(...taken.lines);
        });
        expect(lines).toEqual(wanted);
      }),
    );
  });

  it('are left out where they are longer than any tag, and little of them is kept', () => {
    const long = takeBytes(noLine, bytes('x'.repeat(100_000)));
    expect(long.buffer.kept.length).toBeLessThanOrEqual(128);
    expect(takeBytes(long.buffer, bytes('rest\rE2001\r')).lines).toEqual(['E2001']);
  });
});

describe('the tag in a line', () => {
  const format: TagFormat = { startsWith: 'EPC:', endsWith: ';', letters: 'hex', length: 8 };
  it.each<[string, string | undefined]>([
    ['EPC:E2001234;', 'E2001234'],
    ['  EPC: E2001234 ;  ', 'E2001234'],
    ['EPC:E20012345;', undefined],
    ['EPC:E200123G;', undefined],
    ['TID:E2001234;', undefined],
    ['EPC:E2001234', undefined],
    ['EPC:;', undefined],
    ['', undefined],
  ])('of %j is %j', (line, tag) => {
    expect(tagOf(line, format)).toBe(tag);
  });

  it('is whatever is printed where nothing else is said', () => {
    const any: TagFormat = { startsWith: '', endsWith: '', letters: 'printable' };
    expect(tagOf(' ab 12-c ', any)).toBe('ab 12-c');
    expect(tagOf('\u0007ab', any)).toBeUndefined();
    expect(tagOf('', any)).toBeUndefined();
  });

  it('does not count a letter both for its beginning and its end', () => {
    expect(tagOf('ab', { startsWith: 'ab', endsWith: 'b', letters: 'printable' })).toBeUndefined();
  });
});
