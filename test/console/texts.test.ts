import { describe, expect, it } from 'vitest';
import { refusals } from '../../controller/console/refusals.ts';
import { texts } from '../../controller/console/ui/texts.ts';

function flatten(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [0, 1, 2].map((n) => [`${path}(${n})`, String(value(n))] as const);
  return Object.entries(value as object).flatMap(([key, inner]) => flatten(inner, `${path}.${key}`));
}

const english = new Map(flatten(texts.en, 'texts'));
const french = new Map(flatten(texts.fr, 'texts'));

describe('the words of the lobby screen', () => {
  it('are there in both languages, and only those', () => {
    expect([...french.keys()]).toEqual([...english.keys()]);
  });

  it.each([...english])('%s is a text of its own in each language', (key, words) => {
    expect(words.trim()).not.toBe('');
    expect(french.get(key)?.trim()).not.toBe('');
    expect(french.get(key)).not.toBe(words);
  });

  it('counts digits in the singular and the plural', () => {
    expect([0, 1, 2].map(texts.en.digitsTyped)).toEqual(['Nothing typed', '1 digit typed', '2 digits typed']);
    expect([0, 1, 2].map(texts.fr.digitsTyped)).toEqual([
      'Aucun chiffre saisi',
      '1 chiffre saisi',
      '2 chiffres saisis',
    ]);
  });
});

describe('the sentences of refused requests', () => {
  it.each(Object.entries(refusals))('%s is a sentence in both languages', (_code, { status, sentence }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(sentence.en).toMatch(/^[A-Z].*\.$/);
    expect(sentence.fr).toMatch(/^[A-ZÀ-Ý].*\.$/);
    expect(sentence.fr).not.toBe(sentence.en);
  });
});
