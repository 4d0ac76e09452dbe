import type { BuildingView, Language } from '../view-model.ts';
import { entryInputOfKey } from './entry-keys.ts';
import type { EntryInput, EntryState } from './entry-machine.ts';
import { EraseIcon } from './icons.tsx';
import { texts } from './texts.ts';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** A touch presses a key and leaves the keyboard's focus where it is. */
const keepFocus = (event: Event): void => event.preventDefault();

export interface KeypadProps {
  readonly entry: EntryState;
  readonly building: BuildingView;
  readonly language: Language;
  readonly enter: (input: EntryInput) => void;
}

export function Keypad({ entry, building, language, enter }: KeypadProps) {
  const words = texts[language];
  const typed = entry.kind === 'typing' ? entry.digits.length : 0;
  const complete = typed === building.entryCodeLength || typed === building.directoryCodeLength;
  const press = (key: string) => () => {
    const input = entryInputOfKey(key);
    if (input !== undefined) enter(input);
  };
  const small: Readonly<Record<string, string>> = { '*': words.clear, '#': words.enter };
  return (
    <section class="keypad" aria-label={words.keypad}>
      <div class="keypad-display">
        <output class="visually-hidden">{words.digitsTyped(typed)}</output>
        {typed === 0 ? (
          <p class="keypad-hint">{entry.kind === 'sending' ? words.oneMoment : words.typeCode}</p>
        ) : (
          <p class="keypad-dots" aria-hidden="true">
            {'•'.repeat(typed)}
          </p>
        )}
        <button
          type="button"
          class="keypad-erase"
          aria-label={words.erase}
          disabled={typed === 0}
          onMouseDown={keepFocus}
          onClick={press('Backspace')}
        >
          <EraseIcon />
        </button>
      </div>
      <div class="keypad-keys">
        {keys.map((key) => (
          <button
            type="button"
            key={key}
            class={
              key === '#' && complete ? 'key key-enter key-ready' : key === '#' ? 'key key-enter' : 'key'
            }
            data-key={key}
            onMouseDown={keepFocus}
            onClick={press(key)}
          >
            <span class="key-sign">{key}</span>
            {small[key] === undefined ? null : <span class="key-word"> {small[key]}</span>}
          </button>
        ))}
      </div>
    </section>
  );
}
