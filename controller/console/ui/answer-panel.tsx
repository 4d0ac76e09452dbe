import type { Language } from '../view-model.ts';
import type { Answer } from './entry-machine.ts';
import { CheckIcon, CrossIcon, WarningIcon } from './icons.tsx';
import { type Texts, texts } from './texts.ts';

const looks: Readonly<
  Record<Answer['outcome'], { readonly title: keyof Pick<Texts, 'granted' | 'denied' | 'trouble'> }>
> = { grant: { title: 'granted' }, deny: { title: 'denied' }, trouble: { title: 'trouble' } };

const icons = { grant: CheckIcon, deny: CrossIcon, trouble: WarningIcon };

/**
 * The answer to an entry: colour, icon and words. The live region stays in the page, because screen readers
 * announce only what changes inside one that was there before.
 */
export function AnswerPanel({
  answer,
  language,
  close,
}: {
  readonly answer: Answer | undefined;
  readonly language: Language;
  readonly close: () => void;
}) {
  const words = texts[language];
  const OutcomeIcon = answer === undefined ? undefined : icons[answer.outcome];
  return (
    <div class={answer === undefined ? 'answer' : `answer answer-shown answer-${answer.outcome}`}>
      <output class="answer-words" aria-live="assertive">
        {answer === undefined || OutcomeIcon === undefined ? null : (
          <>
            <OutcomeIcon />
            <span class="answer-title">{words[looks[answer.outcome].title]}</span>{' '}
            <span class="answer-sentence">{answer.sentence[language]}</span>
          </>
        )}
      </output>
      {answer === undefined ? null : (
        <button type="button" class="answer-back" onClick={close}>
          {words.back}
        </button>
      )}
    </div>
  );
}
