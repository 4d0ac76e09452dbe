import type { Language } from '../view-model.ts';
import { texts } from './texts.ts';

export function LanguageSwitch({
  languages,
  language,
  choose,
}: {
  readonly languages: readonly Language[];
  readonly language: Language;
  readonly choose: (language: Language) => void;
}) {
  if (languages.length < 2) return null;
  return (
    <fieldset class="languages">
      <legend class="visually-hidden">{texts[language].chooseLanguage}</legend>
      {languages.map((each) => (
        <button
          type="button"
          key={each}
          lang={each}
          class="language"
          aria-pressed={each === language}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(each)}
        >
          {texts[each].languageName}
        </button>
      ))}
    </fieldset>
  );
}
