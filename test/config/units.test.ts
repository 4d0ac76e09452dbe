import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../config/did-you-mean.ts';
import { formatDuration, parseDuration } from '../../config/units.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['8s', 8_000],
    ['1.5s', 1_500],
    ['2min', 120_000],
    ['1h', 3_600_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['8', '8 s', '8sec', '8S', 's', '', '-1s', '1h30min', '1d', '٣s'])(
    '"%s" has no unit that is known',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.nat({ max: 31_536_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it('are written in the largest unit that holds them whole', () => {
    expect([0, 999, 90_000, 120_000, 7_200_000].map(formatDuration)).toEqual([
      '0ms',
      '999ms',
      '90s',
      '2min',
      '2h',
    ]);
  });
});

describe('did you mean', () => {
  it('finds one wrong, missing, added or swapped letter, in any case', () => {
    const keys = ['showAnswerFor', 'keypadDoor', 'port'];
    expect(
      ['showAnswersFor', 'keypaddoor', 'keypdaDoor', 'prot', 'por'].map((word) => closest(word, keys)),
    ).toEqual(['showAnswerFor', 'keypadDoor', 'keypadDoor', 'port', 'port']);
  });

  it('lists what there is when nothing is near, and is silent when that is too much', () => {
    expect(didYouMean('colour', ['rex', 'fire'])).toBe('it can be rex, fire');
    expect(
      didYouMean(
        'colour',
        Array.from({ length: 60 }, (_, i) => `door-${i}`),
      ),
    ).toBe('');
  });
});
