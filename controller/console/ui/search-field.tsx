import { useRef } from 'preact/hooks';
import type { Language } from '../view-model.ts';
import { CrossIcon, SearchIcon } from './icons.tsx';
import { texts } from './texts.ts';

export function SearchField({
  query,
  language,
  type,
  touched,
}: {
  readonly query: string;
  readonly language: Language;
  readonly type: (query: string) => void;
  /** Touched or clicked, as people do who may have no keyboard. */
  readonly touched: () => void;
}) {
  const words = texts[language];
  const field = useRef<HTMLInputElement>(null);
  const clear = (): void => {
    type('');
    field.current?.focus();
  };
  return (
    <search class="search-field">
      <SearchIcon />
      <input
        ref={field}
        class="search-input"
        type="search"
        // The page brings its own keyboard.
        inputMode="none"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-label={words.search}
        placeholder={words.search}
        value={query}
        onInput={({ currentTarget }) => type(currentTarget.value)}
        onClick={touched}
        onKeyDown={({ key }) => {
          if (key === 'Escape') clear();
        }}
      />
      {query === '' ? null : (
        <button
          type="button"
          class="search-clear"
          aria-label={words.clearSearch}
          onMouseDown={(event) => event.preventDefault()}
          onClick={clear}
        >
          <CrossIcon />
        </button>
      )}
    </search>
  );
}
