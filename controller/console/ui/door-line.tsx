import type { DoorView, Language } from '../view-model.ts';
import { type DoorState, doorState } from './door-state.ts';
import { CrossIcon, LockIcon, UnlockIcon, WarningIcon } from './icons.tsx';
import { texts } from './texts.ts';

const icons: Readonly<Record<DoorState, typeof LockIcon>> = {
  locked: LockIcon,
  unlocked: UnlockIcon,
  open: UnlockIcon,
  closed: CrossIcon,
  fault: WarningIcon,
};

interface DoorProps {
  readonly door: DoorView;
  readonly language: Language;
}

/** Which door the keypad opens, and how it stands. */
export function DoorLine({ door, language }: DoorProps) {
  const state = doorState(door);
  const StateIcon = icons[state];
  return (
    <div class="door-line">
      <h2 class="door-name">{door.name[language]}</h2>
      {door.simulated ? <p class="badge badge-simulated">{texts[language].simulatedDoor}</p> : null}
      <p class={`badge badge-${state}`}>
        <StateIcon />
        {texts[language].doorStates[state]}
      </p>
    </div>
  );
}

/** Said loudly when no code will open this door. */
export function DoorNotice({ door, language }: DoorProps) {
  const words = texts[language];
  const state = doorState(door);
  const notice =
    state === 'closed'
      ? { title: words.closedTitle, sentence: words.closed }
      : state === 'fault'
        ? { title: words.faultTitle, sentence: words.fault }
        : undefined;
  return (
    <output class={notice === undefined ? 'notice' : 'notice notice-shown'}>
      {notice === undefined ? null : (
        <>
          <WarningIcon />
          <span>
            <strong class="notice-title">{notice.title}</strong>{' '}
            <span class="notice-sentence">{notice.sentence}</span>
          </span>
        </>
      )}
    </output>
  );
}
