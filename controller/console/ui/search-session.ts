import type { SearchAnswer, Sentence } from '../view-model.ts';

/** As many as the controller looks at. */
const maxCodePoints = 100;
const askAfterMs = 80;

/** `trouble`: the console did not answer, or refused the request. */
export type SearchOutcome = SearchAnswer | { readonly kind: 'trouble'; readonly sentence: Sentence };

export interface SearchState {
  readonly query: string;
  /** Of this query or, until its answer comes, of an earlier one. Absent while there is nothing to search for. */
  readonly outcome: SearchOutcome | undefined;
}

export interface SearchSession {
  readonly state: () => SearchState;
  readonly type: (query: string) => void;
  /** The directory may have changed: what was found is looked up again. */
  readonly repeat: () => void;
}

/** Searches as people type: when they pause for a moment, and only the newest question's answer counts. `post` never rejects. */
export function startSearch(options: {
  readonly post: (query: string) => Promise<SearchOutcome>;
  readonly changed: () => void;
}): SearchSession {
  let state: SearchState = { query: '', outcome: undefined };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  function change(next: SearchState): void {
    state = next;
    options.changed();
  }

  async function ask(question: number): Promise<void> {
    const { query } = state;
    const outcome = await options.post(query);
    if (question === asked) change({ query, outcome });
  }

  function askSoon(): void {
    asked += 1;
    clearTimeout(timer);
    const question = asked;
    if (state.query.trim() !== '') timer = setTimeout(() => void ask(question), askAfterMs);
  }

  return {
    state: () => state,
    type: (typed) => {
      const query = Array.from(typed).slice(0, maxCodePoints).join('');
      const { outcome } = state;
      change({ query, outcome: query.trim() === '' ? undefined : outcome });
      askSoon();
    },
    repeat: askSoon,
  };
}
