import type { Language } from '../view-model.ts';
import type { Answer } from './entry-machine.ts';
import { CheckIcon, CrossIcon, WarningIcon } from './icons.tsx';
import { type Texts, texts } from './texts.ts';

interface Look {
  readonly title: keyof Pick<Texts, 'granted' | 'denied' | 'notCalled' | 'trouble'>;
  readonly colour: 'grant' | 'deny' | 'trouble';
  readonly OutcomeIcon: typeof CheckIcon;
}

const looks: Readonly<Record<Answer['outcome'], Look>> = {
  grant: { title: 'granted', colour: 'grant', OutcomeIcon: CheckIcon },
  deny: { title: 'denied', colour: 'deny', OutcomeIcon: CrossIcon },
  notCalled: { title: 'notCalled', colour: 'deny', OutcomeIcon: CrossIcon },
  trouble: { title: 'trouble', colour: 'trouble', OutcomeIcon: WarningIcon },
};

/**
 * The answer to an entry, and why nobody was called: colour, icon and words. The live region stays in the page, because screen readers
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
  const look = answer === undefined ? undefined : looks[answer.outcome];
  return (
    <div class={look === undefined ? 'answer' : `answer answer-shown answer-${look.colour}`}>
      <output class="answer-words" aria-live="assertive">
        {answer === undefined || look === undefined ? null : (
          <>
            <look.OutcomeIcon />
            <span class="answer-title">{words[look.title]}</span>{' '}
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
