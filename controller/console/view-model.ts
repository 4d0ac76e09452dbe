/**
 * What the lobby screen's browser gets, field by field. This is a whitelist: a field that somebody adds to the
 * port stays inside the controller until it is named here.
 */
import type { DoorMode } from '../core/access/facts.ts';
import type { Language } from '../core/dataset.ts';
import type { DirectorySearch } from '../core/directory-search.ts';
import type { AccessAnswer, Sentence } from '../ports/access-control.ts';
import type { LobbyState } from '../ports/lobby.ts';

export type { Language, Sentence };

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

export interface LobbyViewModel {
  readonly revision: number;
  /** Absent before the first dataset has arrived. */
  readonly building?: BuildingView;
  /** Unsorted; empty where the building does not list its residents. */
  readonly directory: readonly DirectoryLine[];
  readonly door: DoorView;
  readonly showAnswerForMs: number;
}

export type SearchAnswer =
  | { readonly kind: 'found'; readonly residents: readonly DirectoryLine[]; readonly more: boolean }
  | { readonly kind: 'tooShort' };

export interface EntryAnswer {
  readonly outcome: 'grant' | 'deny';
  readonly sentence: Sentence;
}

const sentence = ({ en, fr }: Sentence): Sentence => ({ en, fr });

const line = ({ id, name, suite }: DirectoryLine): DirectoryLine => ({ id, name, suite });

function toBuildingView(building: NonNullable<LobbyState['building']>): BuildingView {
  const { name, languages, listing, timezone, directoryCodeLength, entryCodeLength } = building;
  return { name, languages: [...languages], listing, timezone, directoryCodeLength, entryCodeLength };
}

/** The state as the browser may see it. Names leave the controller only where the building lists them. */
export function toViewModel(state: LobbyState): LobbyViewModel {
  const { revision, building, directory, door, showAnswerForMs } = state;
  const listed = building?.listing === 'list' ? directory : [];
  return {
    revision,
    ...(building === undefined ? {} : { building: toBuildingView(building) }),
    directory: listed.map(line),
    door: {
      name: sentence(door.name),
      mode: door.mode,
      open: door.open,
      simulated: door.simulated,
      fault: door.fault,
    },
    showAnswerForMs,
  };
}

/** Who was found, in the order of the port. */
export const toSearchAnswer = (search: DirectorySearch): SearchAnswer =>
  search.kind === 'tooShort'
    ? { kind: 'tooShort' }
    : { kind: 'found', residents: search.entries.map(line), more: search.more };

/** What the person at the keypad is told (DESIGN section 4); the reason and the event's seq stay here. */
export const toEntryAnswer = (answer: AccessAnswer): EntryAnswer => ({
  outcome: answer.outcome,
  sentence: sentence(answer.sentence),
});
