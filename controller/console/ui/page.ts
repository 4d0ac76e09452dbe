import type { Language, LobbyViewModel } from '../view-model.ts';
import { connect } from './connection.ts';
import { keepUnchanged } from './directory-order.ts';
import type { EntryInput, EntryState } from './entry-machine.ts';
import { startEntry } from './entry-session.ts';
import { postEntry } from './post-entry.ts';
import { postSearch } from './post-search.ts';
import { type SearchState, startSearch } from './search-session.ts';

const visitEndsAfterMs = 60_000;

export interface PageState {
  readonly view: LobbyViewModel | undefined;
  readonly link: 'starting' | 'live' | 'lost';
  readonly language: Language;
  readonly entry: EntryState;
  readonly search: SearchState;
  /** Counts visits: the next person begins at the top of the list, in the building's first language. */
  readonly visit: number;
}

export interface PageActions {
  readonly chooseLanguage: (language: Language) => void;
  readonly enter: (input: EntryInput) => void;
  readonly search: (query: string) => void;
}

/** The page's whole state in one place; `draw` runs after every change of it, in the same turn. */
export function startPage(
  pageVersion: string,
  draw: (state: PageState, actions: PageActions) => void,
): PageActions {
  let view: LobbyViewModel | undefined;
  let link: PageState['link'] = 'starting';
  let chosen: Language | undefined;
  let visit = 0;
  let visitEnd: ReturnType<typeof setTimeout> | undefined;

  const language = (): Language => {
    const languages = view?.building?.languages ?? [];
    return chosen !== undefined && languages.includes(chosen) ? chosen : (languages[0] ?? 'en');
  };
  const entry = startEntry({
    post: postEntry,
    showAnswerForMs: () => view?.showAnswerForMs ?? 0,
    changed: () => redraw(),
  });
  const search = startSearch({ post: postSearch, changed: () => redraw() });
  const actions: PageActions = {
    search: search.type,
    chooseLanguage: (choice) => {
      chosen = choice;
      redraw();
    },
    enter: (input) => {
      if (link === 'live' && view?.building !== undefined) entry.input(input);
    },
  };
  function redraw(): void {
    draw({ view, link, language: language(), entry: entry.state(), search: search.state(), visit }, actions);
  }
  function endVisit(): void {
    chosen = undefined;
    visit += 1;
    search.type('');
    redraw();
  }
  function someoneIsHere(): void {
    clearTimeout(visitEnd);
    visitEnd = setTimeout(endVisit, visitEndsAfterMs);
  }

  for (const sign of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove']) {
    window.addEventListener(sign, someoneIsHere, { passive: true });
  }
  redraw();
  connect({
    view: (next) => {
      view = { ...next, directory: keepUnchanged(view?.directory ?? [], next.directory) };
      link = 'live';
      search.repeat();
      redraw();
    },
    lost: () => {
      link = 'lost';
      redraw();
    },
    pageVersion: (served) => {
      if (served !== pageVersion) location.reload();
    },
  });
  return actions;
}
