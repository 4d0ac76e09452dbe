import { FullNotice } from './full-notice.tsx';
import { DoorIcon, WaitIcon } from './icons.tsx';
import { LobbyScreen } from './lobby-screen.tsx';
import type { PageActions, PageState } from './page.ts';

/** Nobody knows the building's languages yet: say it in both. */
const bothLanguages = ['en', 'fr'] as const;

export function App({ state, actions }: { readonly state: PageState; readonly actions: PageActions }) {
  const { view, link } = state;
  if (view?.building !== undefined) {
    return <LobbyScreen state={state} view={view} building={view.building} actions={actions} />;
  }
  const say = link === 'lost' ? 'lost' : view === undefined ? 'starting' : 'setUp';
  return (
    <main class="screen-bare">
      <h1 class="visually-hidden">Vestibule</h1>
      <output>
        <FullNotice say={say} languages={bothLanguages} NoticeIcon={say === 'setUp' ? DoorIcon : WaitIcon} />
      </output>
    </main>
  );
}
