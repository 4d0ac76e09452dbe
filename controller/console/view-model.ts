/**
 * What the lobby screen's browser gets, field by field. This is a whitelist: a field that somebody adds to the
 * port stays inside the controller until it is named here.
 */
import type { DoorMode } from '../core/access/facts.ts';
import type { CallOutcome } from '../core/call/line.ts';
import type { Language } from '../core/dataset.ts';
import type { DirectorySearch } from '../core/directory-search.ts';
import type { Sentence } from '../ports/access-control.ts';
import type { CallAnswer, CallPhase, EntryOutcome, LobbyCall, LobbyState } from '../ports/lobby.ts';

export type { CallOutcome, Language, Sentence };

export interface DirectoryLine {
  readonly id: string;
  readonly name: string;
  readonly suite: string;
}

export interface BuildingView {
  readonly name: string;
  /** At least one; the first one is shown first. */
  readonly languages: readonly Language[];
  readonly listing: 'list' | 'searchOnly';
  /** IANA name. */
  readonly timezone: string;
  readonly directoryCodeLength: number;
  readonly entryCodeLength: number;
}

export interface DoorView {
  readonly name: Sentence;
  readonly mode: DoorMode;
  readonly open: boolean;
  readonly simulated: boolean;
  readonly fault: boolean;
}

export interface PhoneView {
  /** No real call is made. */
  readonly simulated: boolean;
  readonly concierge: boolean;
}

type CallPhaseView =
  | { readonly kind: 'calling' }
  | { readonly kind: 'talking'; readonly endsSoon: boolean }
  | { readonly kind: 'opened'; readonly sentence: Sentence }
  | { readonly kind: 'ended'; readonly outcome: CallOutcome; readonly sentence: Sentence };

export interface CallView {
  /** For the request that ends it. */
  readonly id: string;
  /** Absent for a hidden resident, and for the concierge. */
  readonly callee?: { readonly name: string; readonly suite: string };
  readonly to: 'resident' | 'concierge';
  readonly phase: CallPhaseView;
}

export interface LobbyViewModel {
  readonly revision: number;
  /** Absent before the first dataset has arrived. */
  readonly building?: BuildingView;
  readonly door: DoorView;
  readonly showAnswerForMs: number;
  /** Absent: nobody can be called from here. */
  readonly phone?: PhoneView;
  readonly call?: CallView;
}

export type SearchAnswer =
  | { readonly kind: 'found'; readonly residents: readonly DirectoryLine[]; readonly more: boolean }
  | { readonly kind: 'tooShort' };

/** What came of a call that somebody asked for. The call itself is in the state. */
export type CallRequestAnswer =
  | { readonly outcome: 'calling' }
  | { readonly outcome: 'notCalled'; readonly sentence: Sentence };

export type EntryAnswer =
  | { readonly outcome: 'grant' | 'deny'; readonly sentence: Sentence }
  | CallRequestAnswer;

const sentence = ({ en, fr }: Sentence): Sentence => ({ en, fr });

const line = ({ id, name, suite }: DirectoryLine): DirectoryLine => ({ id, name, suite });

function toBuildingView(building: NonNullable<LobbyState['building']>): BuildingView {
  const { name, languages, listing, timezone, directoryCodeLength, entryCodeLength } = building;
  return { name, languages: [...languages], listing, timezone, directoryCodeLength, entryCodeLength };
}

function toPhaseView(phase: CallPhase): CallPhaseView {
  switch (phase.kind) {
    case 'calling':
      return { kind: 'calling' };
    case 'talking':
      return { kind: 'talking', endsSoon: phase.endsSoon };
    case 'opened':
      return { kind: 'opened', sentence: sentence(phase.sentence) };
    case 'ended':
      return { kind: 'ended', outcome: phase.outcome, sentence: sentence(phase.sentence) };
    default:
      return phase satisfies never;
  }
}

function toCallView({ id, callee, to, phase }: LobbyCall): CallView {
  const shown = callee === undefined ? {} : { callee: { name: callee.name, suite: callee.suite } };
  return { id, ...shown, to, phase: toPhaseView(phase) };
}

/** Unsorted; empty where the building does not list its residents. */
export const toDirectory = ({ building, directory }: LobbyState): readonly DirectoryLine[] =>
  building?.listing === 'list' ? directory.map(line) : [];

/** The state as the browser may see it, but for the directory: of names, only that of a resident whom a guest has called. */
export function toViewModel(state: LobbyState): LobbyViewModel {
  const { revision, building, door, showAnswerForMs, phone, call } = state;
  return {
    revision,
    ...(building === undefined ? {} : { building: toBuildingView(building) }),
    door: {
      name: sentence(door.name),
      mode: door.mode,
      open: door.open,
      simulated: door.simulated,
      fault: door.fault,
    },
    showAnswerForMs,
    ...(phone === undefined ? {} : { phone: { simulated: phone.simulated, concierge: phone.concierge } }),
    ...(call === undefined ? {} : { call: toCallView(call) }),
  };
}

/** Who was found, in the order of the port. */
export const toSearchAnswer = (search: DirectorySearch): SearchAnswer =>
  search.kind === 'tooShort'
    ? { kind: 'tooShort' }
    : { kind: 'found', residents: search.entries.map(line), more: search.more };

/** The reason why nobody was called stays here. */
export const toCallAnswer = (answer: CallAnswer): CallRequestAnswer =>
  answer.outcome === 'calling'
    ? { outcome: 'calling' }
    : { outcome: 'notCalled', sentence: sentence(answer.sentence) };

/** What the person at the keypad is told (DESIGN section 4); the reason and the event's seq stay here. */
export const toEntryAnswer = (answer: EntryOutcome): EntryAnswer =>
  answer.outcome === 'calling' || answer.outcome === 'notCalled'
    ? toCallAnswer(answer)
    : { outcome: answer.outcome, sentence: sentence(answer.sentence) };
