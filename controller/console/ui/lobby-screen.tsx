import type { BuildingView, LobbyViewModel } from '../view-model.ts';
import { AnswerPanel } from './answer-panel.tsx';
import { Directory } from './directory.tsx';
import { DoorLine, DoorNotice } from './door-line.tsx';
import { FullNotice } from './full-notice.tsx';
import { DoorIcon, WaitIcon } from './icons.tsx';
import { Keypad } from './keypad.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import type { PageActions, PageState } from './page.ts';
import { texts } from './texts.ts';
import { WallClock } from './wall-clock.tsx';

export interface LobbyScreenProps {
  readonly state: PageState;
  readonly view: LobbyViewModel;
  readonly building: BuildingView;
  readonly actions: PageActions;
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
          {building.listing === 'list' ? (
            <Directory key={visit} directory={view.directory} language={language} />
          ) : (
            <section class="welcome">
              <DoorIcon />
              <h2 class="welcome-title">{texts[language].searchOnlyTitle}</h2>
              <p class="welcome-sentence">{texts[language].searchOnly}</p>
            </section>
          )}
          <div class="entry">
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
