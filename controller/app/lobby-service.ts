import { planConciergeCall } from '../core/call/plan.ts';
import type { Building, DoorId } from '../core/dataset.ts';
import type { DirectorySearch } from '../core/directory-search.ts';
import { noHash } from '../core/hash-forms.ts';
import type { AccessControl, Sentence } from '../ports/access-control.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { LinkState } from '../ports/cloud.ts';
import { type Journal, StorageFault } from '../ports/journal.ts';
import type {
  CallAnswer,
  ControllerStatus,
  DiskStatus,
  EntryOutcome,
  Lobby,
  LobbyState,
} from '../ports/lobby.ts';
import type { ReaderStatus } from '../ports/reader.ts';
import type { Replica } from '../ports/replica.ts';
import type { CallDesk } from './call-desk.ts';
import { denialAfterMs } from './denial-time.ts';
import { DirectoryKeeper } from './directory-keeper.ts';
import type { DoorProblems } from './door-problems.ts';
import type { Doors } from './doors.ts';
import type { Guesses } from './guesses.ts';
import type { Log } from './log.ts';

export interface LobbyParts {
  readonly software: string;
  readonly device: string;
  readonly buildingId: string;
  readonly keypadDoor: DoorId;
  readonly showAnswerForMs: number;
  readonly simulatedDoors: ReadonlySet<DoorId>;
  readonly doors: Doors;
  readonly problems: DoorProblems;
  readonly replica: Replica;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly access: AccessControl;
  readonly guesses: Guesses;
  readonly callDesk: CallDesk;
  readonly link: () => LinkState & { readonly stale: boolean };
  readonly disk: () => DiskStatus;
  /** Absent: no readers are configured. */
  readonly readers?: () => readonly ReaderStatus[];
  readonly log: Log;
}

interface Shown {
  readonly building: Building | undefined;
  readonly doorName: Sentence;
}

/** People move in at 06:00 without anything else happening: the directory is looked at every minute. */
const refreshMs = 60_000;
const keypad = 'lobby-keypad';
const entryPattern = /^\d{1,12}$/;

const hasConcierge = (building: Building | undefined): boolean =>
  building !== undefined && planConciergeCall(building).kind === 'numbers';

/** What the lobby screen shows and does. The directory is kept ready: a screen never waits for a query. */
export class LobbyService implements Lobby {
  readonly #parts: LobbyParts;
  readonly #listeners = new Set<() => void>();
  readonly #directory: DirectoryKeeper;
  #shown: Shown = { building: undefined, doorName: { en: '', fr: '' } };
  #revision = 0;
  #timer: { cancel(): void } | undefined;

  constructor(parts: LobbyParts) {
    this.#parts = parts;
    this.#directory = new DirectoryKeeper({ ...parts, onChange: () => this.changed() });
  }

  start(): void {
    this.refresh();
    this.#timer = this.#parts.timers.after(refreshMs, () => this.start());
  }

  close(): void {
    this.#timer?.cancel();
    this.#directory.close();
  }

  /** Reads building and directory again; to be called after every change of the dataset. What the disk refuses to read stays. */
  refresh(): void {
    let shown: Shown;
    try {
      shown = this.#read();
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ fault: error.code }, 'the directory could not be read');
      return;
    }
    if (JSON.stringify(shown) !== JSON.stringify(this.#shown)) {
      this.#shown = shown;
      this.changed();
    }
    this.#directory.refresh();
  }

  #read(): Shown {
    const { replica, keypadDoor } = this.#parts;
    return replica.read((rows) => ({
      building: rows.building(),
      doorName: rows.door(keypadDoor)?.name ?? { en: keypadDoor, fr: keypadDoor },
    }));
  }

  /** Something that the screen shows has changed. */
  changed(): void {
    this.#revision += 1;
    for (const listener of this.#listeners) listener();
  }

  timezone(): string | undefined {
    return this.#shown.building?.timezone;
  }

  state(): LobbyState {
    const { building, doorName } = this.#shown;
    const { keypadDoor, doors, showAnswerForMs, simulatedDoors, callDesk } = this.#parts;
    const phone = callDesk.phone();
    const call = callDesk.present();
    const status = doors.get(keypadDoor)?.status();
    return {
      revision: this.#revision,
      ...(building === undefined
        ? {}
        : {
            building: {
              name: building.name,
              languages: building.languages,
              listing: building.listing,
              timezone: building.timezone,
              directoryCodeLength: building.directoryCodeLength,
              entryCodeLength: building.entryCodeLength,
            },
          }),
      directory: building?.listing === 'list' ? this.#directory.entries() : [],
      door: {
        name: doorName,
        mode: status?.mode ?? 'Locked',
        open: status?.open === true,
        simulated: simulatedDoors.has(keypadDoor),
        fault: status?.fault !== undefined,
      },
      showAnswerForMs,
      ...(phone === undefined
        ? {}
        : { phone: { simulated: phone.simulated, concierge: hasConcierge(building) } }),
      ...(call === undefined ? {} : { call }),
    };
  }

  status(): ControllerStatus {
    const { software, device, buildingId, clock, link, journal, doors, simulatedDoors } = this.#parts;
    const phone = this.#parts.callDesk.phone();
    const { now, ...clockStatus } = clock.status();
    const { connected, session, problem, stale } = link();
    return {
      software,
      device,
      building: buildingId,
      clock: { ...clockStatus, time: new Date(now).toISOString() },
      link: {
        connected,
        session: session !== undefined,
        ...(problem === undefined ? {} : { problem }),
        ...(stale ? { stale } : {}),
      },
      dataset: this.#dataset(),
      events: { log: journal.log, head: journal.head().seq, acked: journal.acked() },
      ...(phone === undefined ? {} : { phone }),
      disk: this.#parts.disk(),
      ...(this.#parts.readers === undefined ? {} : { readers: this.#parts.readers() }),
      doors: doors.all().map((door) => {
        const { mode, released, open, alarms, fault } = door.status();
        return {
          id: door.id,
          mode,
          released,
          simulated: simulatedDoors.has(door.id),
          alarms,
          problems: this.#parts.problems.of(door.id),
          ...(open === undefined ? {} : { open }),
          ...(fault === undefined ? {} : { fault }),
        };
      }),
    };
  }

  #dataset(): ControllerStatus['dataset'] {
    try {
      return this.#parts.replica.cursor();
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return { epoch: 0, seq: 0, digest: noHash, fault: error.code };
    }
  }

  async submit(digits: string): Promise<EntryOutcome> {
    if (!entryPattern.test(digits)) throw new RangeError('an entry is 1 to 12 digits');
    // Set before anything is looked up: how long that takes must not show in the answer's time.
    const due = Promise.withResolvers<void>();
    const timer = this.#parts.timers.after(denialAfterMs, due.resolve);
    const answer = this.#answer(digits);
    if (answer.outcome === 'deny' || answer.outcome === 'notCalled') await due.promise;
    else timer.cancel();
    return answer;
  }

  call(callee: { readonly resident: string } | 'concierge'): CallAnswer {
    const { callDesk } = this.#parts;
    if (callee === 'concierge') return callDesk.concierge();
    const resident = this.#directory.residentOf(callee.resident);
    return resident === undefined ? callDesk.refuse('notListed') : callDesk.resident(resident);
  }

  endCall(call: string): void {
    this.#parts.callDesk.end(call);
  }

  #answer(digits: string): EntryOutcome {
    const { access, keypadDoor } = this.#parts;
    const { building } = this.#shown;
    // One keypad serves both: an entry code never has the length of a directory code (DESIGN section 2).
    if (building !== undefined && digits.length === building.directoryCodeLength) {
      return this.#directoryCode(digits);
    }
    return access.present({ door: keypadDoor, accessPoint: keypad }, { kind: 'code', digits });
  }

  #directoryCode(digits: string): CallAnswer {
    const { guesses, keypadDoor, callDesk, log } = this.#parts;
    try {
      if (guesses.isLockedOut({ accessPoint: keypad, entry: 'directoryCode' }))
        return callDesk.refuse('unknownCallee');
      const answer = callDesk.directoryCode(digits);
      // Codes that call are bounded by the limits of calls: a busy evening in the lobby locks nobody out.
      if (answer.outcome === 'notCalled' && answer.reason === 'unknownCallee')
        guesses.missDirectoryCode(keypad, keypadDoor);
      return answer;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.error({ fault: error.code }, 'a directory code could not be counted');
      return callDesk.refuse('storageFault');
    }
  }

  search(query: string): DirectorySearch {
    return this.#directory.search(query, this.#shown.building?.listing ?? 'searchOnly');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
