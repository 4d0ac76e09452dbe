import {
  type DirectorySearch,
  indexDirectory,
  searchDirectory,
} from '../../controller/core/directory-search.ts';
import type { AccessAnswer, Sentence } from '../../controller/ports/access-control.ts';
import type {
  CallAnswer,
  CallPhase,
  ControllerStatus,
  EntryOutcome,
  Lobby,
  LobbyCall,
  LobbyState,
} from '../../controller/ports/lobby.ts';

export const granted: AccessAnswer = {
  outcome: 'grant',
  seq: 7,
  sentence: { en: 'Welcome. The door is open.', fr: 'Bienvenue. La porte est ouverte.' },
};

export const denied: AccessAnswer = {
  outcome: 'deny',
  reason: 'unknownCredential',
  seq: 8,
  sentence: {
    en: 'This code does not open this door. Please contact your host or the manager.',
    fr: 'Ce code n’ouvre pas cette porte. Veuillez joindre votre hôte ou la gestion.',
  },
};

export const building: NonNullable<LobbyState['building']> = {
  name: 'Maple Court',
  languages: ['en', 'fr'],
  listing: 'list',
  timezone: 'America/Toronto',
  directoryCodeLength: 4,
  entryCodeLength: 8,
};

export const residents: LobbyState['directory'] = [
  { id: 'r-1', name: 'Zoé Tremblay', suite: '1204' },
  { id: 'r-2', name: 'Émile Gagné', suite: '301' },
  { id: 'r-3', name: 'Edward Chan', suite: '302' },
  { id: 'r-4', name: 'Aisha O’Neill', suite: 'PH-2' },
];

export const phone: NonNullable<LobbyState['phone']> = { simulated: true, concierge: true };

/** Calls a resident who is on no list. */
export const hiddenCode = '0420';

export const lineBusy: Sentence = {
  en: 'This console is in a call already.',
  fr: 'Un appel est déjà en cours sur cette console.',
};

/**
 * The application behind the port, in memory: codes are looked up in `answers`, a grant lets the door be opened, and a call
 * rings until the test says what comes of it.
 */
export class InMemoryLobby implements Lobby {
  readonly submitted: string[] = [];
  readonly answers = new Map<string, AccessAnswer>();
  /** Ids of residents, or `concierge`. */
  readonly called: string[] = [];
  readonly ended: string[] = [];
  readonly #listeners = new Set<() => void>();
  #state: LobbyState = {
    revision: 1,
    building,
    directory: residents,
    door: {
      name: { en: 'Front entrance', fr: 'Entrée principale' },
      mode: 'Locked',
      open: false,
      simulated: false,
      fault: false,
    },
    showAnswerForMs: 6_000,
  };

  state(): LobbyState {
    return this.#state;
  }

  status(): ControllerStatus {
    return {
      software: '0.1.0',
      device: 'console-1',
      building: 'maple-court',
      clock: {
        state: 'trusted',
        time: '2026-11-22T14:05:00.000Z',
        source: 'welcome',
        ntp: { kind: 'none' },
      },
      link: { connected: true, session: true },
      dataset: { epoch: 1, seq: 42, digest: '0'.repeat(64) },
      events: { log: '5b0e8a52-5df5-4a34-94a5-5b8d4b1f0a11', head: 8, acked: 8 },
      disk: { usedPercent: 41, state: 'ample' },
      doors: [
        {
          id: 'front',
          mode: this.#state.door.mode,
          released: false,
          simulated: false,
          alarms: [],
          problems: [],
        },
      ],
    };
  }

  async submit(digits: string): Promise<EntryOutcome> {
    this.submitted.push(digits);
    if (digits === hiddenCode) return this.#ring({ to: 'resident' });
    const answer = this.answers.get(digits) ?? denied;
    if (answer.outcome === 'grant') this.changeDoor({ mode: 'Accessed' });
    return answer;
  }

  call(callee: Parameters<Lobby['call']>[0]): CallAnswer {
    if (callee === 'concierge') {
      this.called.push(callee);
      return this.#ring({ to: 'concierge' });
    }
    this.called.push(callee.resident);
    const entry = this.#state.directory.find(({ id }) => id === callee.resident);
    return this.#ring({
      to: 'resident',
      ...(entry === undefined ? {} : { callee: { name: entry.name, suite: entry.suite } }),
    });
  }

  endCall(call: string): void {
    this.ended.push(call);
    if (this.#state.call?.id === call) this.removeCall();
  }

  search(query: string): DirectorySearch {
    const { directory, building: searched } = this.#state;
    return searchDirectory(indexDirectory(directory), query, searched?.listing ?? 'searchOnly');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  change(change: Partial<Omit<LobbyState, 'revision'>>): void {
    this.#put({ ...this.#state, ...change });
  }

  /** What comes of the present call. */
  changeCall(phase: CallPhase): void {
    const { call } = this.#state;
    if (call === undefined) throw new Error('there is no call');
    this.change({ call: { ...call, phase } });
  }

  removeCall(): void {
    const { call: _over, ...rest } = this.#state;
    this.#put(rest);
  }

  changeDoor(change: Partial<LobbyState['door']>): void {
    this.change({ door: { ...this.#state.door, ...change } });
  }

  changeBuilding(change: Partial<typeof building>): void {
    this.change({ building: { ...building, ...change } });
  }

  /** As where calls are not wanted. */
  removePhone(): void {
    const { phone: _gone, ...rest } = this.#state;
    this.#put(rest);
  }

  /** As before the first dataset. */
  forgetBuilding(): void {
    const { building: _forgotten, ...rest } = this.#state;
    this.#put({ ...rest, directory: [] });
  }

  #ring(shown: Pick<LobbyCall, 'to' | 'callee'>): CallAnswer {
    if (this.#state.call !== undefined)
      return { outcome: 'notCalled', reason: 'lineBusy', sentence: lineBusy };
    const id = `call-${this.#state.revision}`;
    this.change({ call: { id, ...shown, phase: { kind: 'calling' } } });
    return { outcome: 'calling', call: id };
  }

  #put(state: LobbyState): void {
    this.#state = { ...state, revision: this.#state.revision + 1 };
    for (const listener of this.#listeners) listener();
  }
}
