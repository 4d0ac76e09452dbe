import type { CallView, DirectoryLine, Language, LobbyViewModel } from '../view-model.ts';
import { hasOpened, shownCall } from './call-face.ts';
import { connect } from './connection.ts';
import { keepUnchanged } from './directory-order.ts';
import type { Callee, EntryInput, EntryState } from './entry-machine.ts';
import { startEntry } from './entry-session.ts';
import { postJson } from './post-json.ts';
import { postQuestion } from './post-question.ts';
import { postSearch } from './post-search.ts';
import { type SearchState, startSearch } from './search-session.ts';

const visitEndsAfterMs = 60_000;

export interface PageState {
  readonly view: LobbyViewModel | undefined;
  readonly directory: readonly DirectoryLine[];
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
  readonly call: (callee: Callee) => void;
  /** By the call's id: cancels it, hangs up, or puts its outcome away. */
  readonly endCall: (call: string) => void;
}

/** The page's whole state in one place; `draw` runs after every change of it, in the same turn. */
export function startPage(
  pageVersion: string,
  draw: (state: PageState, actions: PageActions) => void,
): PageActions {
  let view: LobbyViewModel | undefined;
  let directory: readonly DirectoryLine[] = [];
  let link: PageState['link'] = 'starting';
  let chosen: Language | undefined;
  let visit = 0;
  let visitEnd: ReturnType<typeof setTimeout> | undefined;

  const language = (): Language => {
    const languages = view?.building?.languages ?? [];
    return chosen !== undefined && languages.includes(chosen) ? chosen : (languages[0] ?? 'en');
  };
  const entry = startEntry({
    post: postQuestion,
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
    call: (callee) => actions.enter({ kind: 'call', callee }),
    endCall: (call) => {
      void postJson('/api/call/end', { call }).then((ended) => {
        if (!ended.ok) actions.enter({ kind: 'trouble', sentence: ended.sentence });
      });
    },
  };
  function redraw(): void {
    const state = { view, directory, link, entry: entry.state(), search: search.state(), visit };
    draw({ ...state, language: language() }, actions);
  }
  function endVisit(): void {
    clearTimeout(visitEnd);
    chosen = undefined;
    visit += 1;
    search.type('');
    redraw();
  }
  function someoneIsHere(): void {
    clearTimeout(visitEnd);
    visitEnd = setTimeout(() => {
      // Whoever waits for an answer, or talks, touches nothing; the end of the call counts as a touch.
      if (shownCall(view) === undefined) endVisit();
    }, visitEndsAfterMs);
  }
  /** Somebody who was not let in may look for somebody else. */
  function afterCall(call: CallView): void {
    if (hasOpened(call)) endVisit();
    else someoneIsHere();
  }

  for (const sign of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove']) {
    window.addEventListener(sign, someoneIsHere, { passive: true });
  }
  redraw();
  connect({
    directory: (next) => {
      directory = keepUnchanged(directory, next);
    },
    view: (next) => {
      const before = shownCall(view);
      view = next;
      link = 'live';
      search.repeat();
      if (before !== undefined && shownCall(view) === undefined) afterCall(before);
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
