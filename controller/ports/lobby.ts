/** What the lobby screen may know and do. Nothing here holds a phone number, a directory code or a hash. */
import type { DoorMode } from '../core/access/facts.ts';
import type { CallOutcome } from '../core/call/line.ts';
import type { ClockStatus } from '../core/clock.ts';
import type { Language } from '../core/dataset.ts';
import type { DirectorySearch } from '../core/directory-search.ts';
import type { DiskState } from '../core/disk-space.ts';
import type { AccessAnswer, Sentence } from './access-control.ts';
import type { StorageFault } from './journal.ts';
import type { PhoneLine } from './phone.ts';
import type { ReaderStatus } from './reader.ts';

export interface DirectoryEntry {
  /** Stands for the resident as long as the process lives; calls go by it. The row's own id may hold a legal name. */
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
  /** Absent: this console places no calls. */
  readonly phone?: {
    readonly simulated: boolean;
    /** Whether there is a concierge to be called directly. */
    readonly concierge: boolean;
  };
  /** The call of this console, until its outcome has been shown. */
  readonly call?: LobbyCall;
}

export interface LobbyCall {
  readonly id: string;
  /** Who is called, as far as a guest may know: absent for a hidden resident, and for the concierge. */
  readonly callee?: { readonly name: string; readonly suite: string };
  readonly to: 'resident' | 'concierge';
  readonly phase: CallPhase;
}

export type CallPhase =
  | { readonly kind: 'calling' }
  /** `endsSoon`: ten seconds are left. */
  | { readonly kind: 'talking'; readonly endsSoon: boolean }
  /** The called person has opened the door; the line closes in a moment. */
  | { readonly kind: 'opened'; readonly sentence: Sentence }
  /** Nobody is on the line any more; the outcome stays for `showAnswerForMs`. */
  | { readonly kind: 'ended'; readonly outcome: CallOutcome; readonly sentence: Sentence };

/** Why no call was begun. */
export type CallRefusal =
  /** This console has no phone. */
  | 'noPhone'
  /** Nobody is behind what was touched or typed: gone since, unknown, or not to be tried now. */
  | 'unknownCallee'
  /** Whoever was touched by name is no longer to be called. */
  | 'notListed'
  | 'noNumber'
  | 'doNotDisturb'
  /** One call at a time. */
  | 'lineBusy'
  | 'tooManyCalls'
  /** The phone could not be started. */
  | 'phoneFault'
  | 'storageFault';

export type CallAnswer =
  | { readonly outcome: 'calling'; readonly call: string }
  | { readonly outcome: 'notCalled'; readonly reason: CallRefusal; readonly sentence: Sentence };

/** An entry code opens or does not; a directory code calls or does not. */
export type EntryOutcome = AccessAnswer | CallAnswer;

/** The disk of the state folder, as `df` counts it. */
export interface DiskStatus {
  readonly usedPercent: number;
  readonly state: DiskState;
}

/** For `vestibule status` and the status page. */
export interface ControllerStatus {
  readonly software: string;
  readonly device: string;
  readonly building: string;
  readonly clock: Omit<ClockStatus, 'now'> & { readonly time: string };
  readonly link: {
    readonly connected: boolean;
    readonly session: boolean;
    readonly problem?: string;
    /** No welcome has come for an hour. */
    readonly stale?: true;
  };
  readonly dataset: {
    readonly epoch: number;
    readonly seq: number;
    readonly digest: string;
    /** Why it cannot be read now; the rest says nothing then. */
    readonly fault?: StorageFault['code'];
  };
  readonly events: { readonly log: string; readonly head: number; readonly acked: number };
  /** Absent: none is configured. */
  readonly phone?: {
    readonly simulated: boolean;
    /** Why no call can be placed now. */
    readonly fault?: string;
    /** Why the registrar does not know this console, once that has lasted. */
    readonly unregistered?: string;
    readonly line?: PhoneLine;
  };
  readonly disk: DiskStatus;
  /** Absent: none are configured. */
  readonly readers?: readonly ReaderStatus[];
  readonly doors: readonly {
    readonly id: string;
    readonly mode: DoorMode;
    readonly released: boolean;
    readonly open?: boolean;
    readonly simulated: boolean;
    /** What is wrong at the door itself, each until it is over. */
    readonly alarms: readonly string[];
    /** What the dataset asks of it and cannot be. */
    readonly problems: readonly string[];
    readonly fault?: string;
  }[];
}

export interface Lobby {
  state(): LobbyState;
  status(): ControllerStatus;
  /**
   * Digits and Enter at the lobby keypad: an entry code opens, a directory code calls. Decided, committed and acted upon
   * when the promise is returned; a grant and a call are answered at once, everything else at one fixed time after,
   * whatever the reason (DESIGN section 6).
   */
  submit(digits: string): Promise<EntryOutcome>;
  /** Calls a resident by the id of a `DirectoryEntry`, or the concierge. Returns at once: `state().call` tells the rest. */
  call(callee: { readonly resident: string } | 'concierge'): CallAnswer;
  /** The guest gives up, or has read the outcome. Nothing happens where this call is not the present one. */
  endCall(call: string): void;
  /**
   * Residents by the beginnings of their names or suite, at most 50, best first; of whatever was typed, only the first 100
   * characters count. Works also where names are not listed, from two characters on.
   */
  search(query: string): DirectorySearch;
  onChange(listener: () => void): () => void;
}
