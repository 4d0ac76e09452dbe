import {
  type EntryInput,
  type EntryState,
  emptyEntry,
  type Question,
  type Reply,
  stepEntry,
} from './entry-machine.ts';

const forgetDigitsAfterMs = 20_000;

export interface EntrySession {
  readonly state: () => EntryState;
  readonly input: (input: EntryInput) => void;
}

/** Runs the entry machine: one timer, and one request at a time. `post` never rejects. */
export function startEntry(options: {
  readonly post: (question: Question) => Promise<Reply>;
  readonly showAnswerForMs: () => number;
  readonly changed: () => void;
}): EntrySession {
  let state = emptyEntry;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const restMs = (): number | undefined => {
    if (state.kind === 'answered') return options.showAnswerForMs();
    return state.kind === 'typing' && state.digits !== '' ? forgetDigitsAfterMs : undefined;
  };

  function input(given: EntryInput): void {
    const { state: next, ask } = stepEntry(state, given);
    // Nothing happened: what is shown keeps the time it has left.
    if (next === state) return;
    state = next;
    clearTimeout(timer);
    const ms = restMs();
    if (ms !== undefined) timer = setTimeout(() => input({ kind: 'timeout' }), ms);
    if (ask !== undefined) void options.post(ask).then((answer) => input({ kind: 'answer', answer }));
    options.changed();
  }

  return { state: () => state, input };
}
