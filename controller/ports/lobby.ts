/** What the lobby screen may know and do. Nothing here holds a phone number, a directory code or a hash. */
import type { DoorMode } from '../core/access/facts.ts';
import type { Language } from '../core/dataset.ts';
import type { DirectorySearch } from '../core/directory-search.ts';
import type { AccessAnswer, Sentence } from './access-control.ts';

export interface DirectoryEntry {
  /** Resident id: calls go by it. */
  readonly id: string;
  readonly name: string;
  readonly suite: string;
}

export interface LobbyState {
  /** Grows with every change. */
  readonly revision: number;
  /** Absent before the first dataset has arrived. */
  readonly building?: {
    readonly name: string;
    readonly languages: readonly Language[];
    readonly listing: 'list' | 'searchOnly';
    readonly timezone: string;
    /** Both lengths, so that the keypad knows when an entry can be complete. */
    readonly directoryCodeLength: number;
    readonly entryCodeLength: number;
  };
  readonly directory: readonly DirectoryEntry[];
  /** The door that this keypad opens. */
  readonly door: {
    readonly name: Sentence;
    readonly mode: DoorMode;
    readonly open: boolean;
    readonly simulated: boolean;
    readonly fault: boolean;
  };
  readonly showAnswerForMs: number;
}

/** For `vestibule status` and the status page. */
export interface ControllerStatus {
  readonly software: string;
  readonly device: string;
  readonly building: string;
  readonly clock: { readonly state: 'trusted' | 'held' | 'unknown'; readonly time: string };
  readonly link: { readonly connected: boolean; readonly session: boolean; readonly problem?: string };
  readonly dataset: { readonly epoch: number; readonly seq: number; readonly digest: string };
  readonly events: { readonly log: string; readonly head: number; readonly acked: number };
  readonly doors: readonly {
    readonly id: string;
    readonly mode: DoorMode;
    readonly released: boolean;
    readonly open?: boolean;
    readonly simulated: boolean;
    readonly fault?: string;
  }[];
}

export interface Lobby {
  state(): LobbyState;
  status(): ControllerStatus;
  /**
   * Digits and Enter at the lobby keypad. Decided, committed and acted upon when the call returns; a grant is answered
   * at once, everything else at one fixed time after the call, whatever the reason (DESIGN section 6).
   */
  submit(digits: string): Promise<AccessAnswer>;
  /**
   * Residents by the beginnings of their names or suite, at most 50, best first; of whatever was typed, only the first 100
   * characters count. Works also where names are not listed, from two characters on.
   */
  search(query: string): DirectorySearch;
  onChange(listener: () => void): () => void;
}
