import type { Language } from '../view-model.ts';
import { ResidentRows } from './resident-rows.tsx';
import type { SearchOutcome } from './search-session.ts';
import { type Texts, texts } from './texts.ts';

/** A sentence that stands alone, or none: then the found residents say enough to those who see them. */
function sentenceOf(outcome: SearchOutcome, words: Texts, language: Language): string | undefined {
  switch (outcome.kind) {
    case 'trouble':
      return outcome.sentence[language];
    case 'tooShort':
      return words.searchMore;
    case 'found':
      return outcome.residents.length === 0 ? words.nobodyFound : undefined;
    default:
      return outcome satisfies never;
  }
}

/** What a search found. The live region stays in the page: screen readers announce what changes inside it. */
export function SearchResults({
  outcome,
  language,
  call,
}: {
  readonly outcome: SearchOutcome | undefined;
  readonly language: Language;
  readonly call: ((id: string) => void) | undefined;
}) {
  const words = texts[language];
  const found = outcome?.kind === 'found' ? outcome : undefined;
  const sentence = outcome === undefined ? undefined : sentenceOf(outcome, words, language);
  return (
    <>
      <output class={sentence === undefined ? 'visually-hidden' : 'directory-empty'}>
        {sentence ?? (found === undefined ? '' : words.found(found.residents.length))}
        {found?.more === true ? ` ${words.moreFound}` : ''}
      </output>
      {found === undefined ? null : <ResidentRows rows={found.residents} language={language} call={call} />}
      {found?.more === true ? (
        <p class="directory-more" aria-hidden="true">
          {words.moreFound}
        </p>
      ) : null}
    </>
  );
}
