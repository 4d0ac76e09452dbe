import type { ComponentType } from 'preact';
import type { Language } from '../view-model.ts';
import { type Texts, texts } from './texts.ts';

type Words = (texts: Texts) => { readonly title: string; readonly sentence: string };

const notices = {
  starting: (words) => ({ title: words.startingTitle, sentence: words.starting }),
  setUp: (words) => ({ title: words.setUpTitle, sentence: words.setUp }),
  lost: (words) => ({ title: words.reconnectingTitle, sentence: words.reconnecting }),
} as const satisfies Record<string, Words>;

/** A whole screen that says one thing, in each of `languages`. */
export function FullNotice({
  say,
  languages,
  NoticeIcon,
}: {
  readonly say: keyof typeof notices;
  readonly languages: readonly Language[];
  readonly NoticeIcon: ComponentType;
}) {
  return (
    <div class="full-notice">
      <NoticeIcon />
      {languages.map((language) => {
        const { title, sentence } = notices[say](texts[language]);
        return (
          <div class="full-notice-words" key={language} lang={language}>
            <strong class="full-notice-title">{title}</strong>
            <p class="full-notice-sentence">{sentence}</p>
          </div>
        );
      })}
    </div>
  );
}
