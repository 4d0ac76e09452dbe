import type { BuildingView, LobbyViewModel } from '../view-model.ts';
import { AnswerPanel } from './answer-panel.tsx';
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
  return (
    <div class="screen">
      <header class="header">
        <h1 class="building-name">{building.name}</h1>
        <WallClock timezone={building.timezone} language={language} />
        <LanguageSwitch languages={building.languages} language={language} choose={actions.chooseLanguage} />
      </header>
      <main class="stage">
        <div class="lobby" inert={lost || answer !== undefined}>
          <DoorNotice door={view.door} language={language} />
          <Directory
            key={visit}
            listing={building.listing}
            directory={view.directory}
            search={state.search}
            language={language}
            type={actions.search}
          />
          <div class="entry" onPointerDown={leaveSearch}>
            <DoorLine door={view.door} language={language} />
            <Keypad entry={entry} building={building} language={language} enter={actions.enter} />
          </div>
        </div>
        <output class={lost ? 'cover cover-shown' : 'cover'}>
          {lost ? <FullNotice say="lost" languages={[language]} NoticeIcon={WaitIcon} /> : null}
        </output>
        <AnswerPanel answer={answer} language={language} close={() => actions.enter({ kind: 'clear' })} />
      </main>
    </div>
  );
}
