import { useRef } from 'preact/hooks';
import type { CallView, Language, PhoneView } from '../view-model.ts';
import { type CallFace, callFace } from './call-face.ts';
import { CheckIcon, HangUpIcon, PhoneIcon, TalkIcon, WarningIcon } from './icons.tsx';
import { texts } from './texts.ts';

const icons: Readonly<Record<CallFace['look'], typeof PhoneIcon>> = {
  calling: PhoneIcon,
  talking: TalkIcon,
  opened: CheckIcon,
  ended: HangUpIcon,
  failed: WarningIcon,
};

/**
 * The call, in place of the directory: the keypad beside it goes on working. The live region stays in the page, because
 * screen readers announce only what changes inside one that was there before.
 */
export function CallPanel({
  call,
  phone,
  language,
  end,
}: {
  readonly call: CallView | undefined;
  readonly phone: PhoneView | undefined;
  readonly language: Language;
  readonly end: (call: string) => void;
}) {
  const touched = useRef<string>(undefined);
  const face = call === undefined ? undefined : callFace(call, language);
  return (
    <div class={face === undefined ? 'call' : `call call-shown call-${face.look}`}>
      <output class="call-words" aria-live="assertive">
        {face === undefined ? null : <Face face={face} />}
      </output>
      {face !== undefined && phone?.simulated === true ? (
        <p class="call-simulated">{texts[language].call.simulated}</p>
      ) : null}
      {call === undefined || face === undefined ? null : (
        <button
          type="button"
          class="call-button"
          // The second touch of a double one whose first was for the resident's row that was here before is none for this.
          onClick={({ detail }) => {
            if (detail <= 1) touched.current = call.id;
            if (touched.current === call.id) end(call.id);
          }}
        >
          {face.button}
        </button>
      )}
    </div>
  );
}

function Face({ face }: { readonly face: CallFace }) {
  const FaceIcon = icons[face.look];
  return (
    <>
      <span class="call-icon">
        <FaceIcon />
      </span>
      {face.lead === undefined ? null : <span class="call-lead">{face.lead}</span>}{' '}
      <span class="call-title">{face.title}</span>{' '}
      {face.sentence === undefined ? null : <span class="call-sentence">{face.sentence}</span>}{' '}
      {face.callee === undefined ? null : <span class="call-callee">{face.callee}</span>}{' '}
      {face.warning === undefined ? null : (
        <strong class="call-warning">
          <WarningIcon />
          {face.warning}
        </strong>
      )}
    </>
  );
}
