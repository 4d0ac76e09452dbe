import type { BuildingView, LobbyViewModel } from '../view-model.ts';
import { AnswerPanel } from './answer-panel.tsx';
import { shownCall } from './call-face.ts';
import { useFocusInPlace } from './call-focus.ts';
import { CallPanel } from './call-panel.tsx';
import { Directory } from './directory.tsx';
import { DoorLine, DoorNotice } from './door-line.tsx';
import { FullNotice } from './full-notice.tsx';
import { WaitIcon } from './icons.tsx';
import { Keypad } from './keypad.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import type { PageActions, PageState } from './page.ts';
import { WallClock } from './wall-clock.tsx';

export interface LobbyScreenProps {
  readonly state: PageState;
  readonly view: LobbyViewModel;
  readonly building: BuildingView;
  readonly actions: PageActions;
}

/** Whoever touches the keypad is done with the search field: what a real keypad sends then belongs to the entry. */
function leaveSearch(): void {
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
}

export function LobbyScreen({ state, view, building, actions }: LobbyScreenProps) {
  const { language, entry, visit } = state;
  const answer = entry.kind === 'answered' ? entry.answer : undefined;
  const lost = state.link === 'lost';
  const call = shownCall(view);
  const place = useFocusInPlace(call !== undefined);
  return (
    <div class="screen">
      <header class="header">
        <h1 class="building-name">{building.name}</h1>
        <WallClock timezone={building.timezone} language={language} />
        <LanguageSwitch languages={building.languages} language={language} choose={actions.chooseLanguage} />
      </header>
      <main class="stage">
        <div class={call === undefined ? 'lobby' : 'lobby lobby-calling'} inert={lost}>
          <DoorNotice door={view.door} language={language} />
          <div class="place" ref={place} inert={answer !== undefined && call === undefined}>
            {call === undefined ? (
              <Directory
                key={visit}
                listing={building.listing}
                directory={state.directory}
                search={state.search}
                language={language}
                type={actions.search}
                phone={view.phone}
                call={actions.call}
              />
            ) : null}
            <CallPanel call={call} phone={view.phone} language={language} end={actions.endCall} />
          </div>
          <div class="entry" onPointerDown={leaveSearch} inert={answer !== undefined}>
            <DoorLine door={view.door} language={language} />
            <Keypad entry={entry} building={building} language={language} enter={actions.enter} />
          </div>
          <AnswerPanel answer={answer} language={language} close={() => actions.enter({ kind: 'clear' })} />
        </div>
        <output class={lost ? 'cover cover-shown' : 'cover'}>
          {lost ? <FullNotice say="lost" languages={[language]} NoticeIcon={WaitIcon} /> : null}
        </output>
      </main>
    </div>
  );
}
