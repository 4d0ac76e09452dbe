import type { Language } from '../view-model.ts';
import { EraseIcon } from './icons.tsx';
import { texts } from './texts.ts';

const rows = ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'];

/** A touch presses a key and leaves the focus in the search field. */
const keepFocus = (event: Event): void => event.preventDefault();

const withoutLast = (text: string): string => Array.from(text).slice(0, -1).join('');

/** A kiosk has no keyboard. Letters without accents are enough: the search ignores them. */
export function LetterKeyboard({
  query,
  language,
  type,
}: {
  readonly query: string;
  readonly language: Language;
  readonly type: (query: string) => void;
}) {
  const words = texts[language];
  const key = (sign: string) => (
    <button
      type="button"
      key={sign}
      class="letter-key"
      data-letter={sign}
      onMouseDown={keepFocus}
      onClick={() => type(query + sign)}
    >
      {sign}
    </button>
  );
  const erase = (
    <button
      type="button"
      class="letter-key"
      data-letter="erase"
      aria-label={words.eraseLetter}
      onMouseDown={keepFocus}
      onClick={() => type(withoutLast(query))}
    >
      <EraseIcon />
    </button>
  );
  const space = (
    <button
      type="button"
      class="letter-key letter-key-space"
      data-letter=" "
      onMouseDown={keepFocus}
      onClick={() => type(`${query} `)}
    >
      {words.space}
    </button>
  );
  return (
    <fieldset class="letter-keyboard">
      <legend class="visually-hidden">{words.letters}</legend>
      {rows.map((row, index) => (
        <div class="letter-row" key={row}>
          {Array.from(row, key)}
          {index === 2 ? erase : null}
          {index === 3 ? space : null}
        </div>
      ))}
    </fieldset>
  );
}
