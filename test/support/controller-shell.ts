import { onTestFinished } from 'vitest';
import { AccessService } from '../../controller/app/access-service.ts';
import { CallDesk } from '../../controller/app/call-desk.ts';
import { CallRuntime } from '../../controller/app/call-runtime.ts';
import { CloudEvents } from '../../controller/app/cloud-events.ts';
import { CloudCommands } from '../../controller/app/command-executor.ts';
import { CredentialHasher } from '../../controller/app/credential-hasher.ts';
import { DiskWatch } from '../../controller/app/disk-watch.ts';
import { DoorClock } from '../../controller/app/door-clock.ts';
import { DoorProblems } from '../../controller/app/door-problems.ts';
import { DoorRuntime } from '../../controller/app/door-runtime.ts';
import { Doors } from '../../controller/app/doors.ts';
import { Guesses } from '../../controller/app/guesses.ts';
import { Housekeeping } from '../../controller/app/housekeeping.ts';
import { LobbyService } from '../../controller/app/lobby-service.ts';
import { Recorder } from '../../controller/app/recorder.ts';
import { SystemClock } from '../../controller/app/system-clock.ts';
import { DoorId, type TableName } from '../../controller/core/dataset.ts';
import type { AccessAnswer } from '../../controller/ports/access-control.ts';
import type { RingNews } from '../../controller/ports/app-ring.ts';
import type { Journal } from '../../controller/ports/journal.ts';
import type { DeltaOutcome, RowOp } from '../../controller/ports/replica.ts';
import type { Store } from '../../controller/store/open-store.ts';
import { CloudRows, rowOf } from './cloud-rows.ts';
import { HandTime, noon } from './hand-time.ts';
import { HeldPhone } from './held-phone.ts';
import { siteKeyHex } from './identity-folder.ts';
import { aBuilding, aCredential, aDoor, aGrant, aGuest, aResident } from './rows.ts';
import { storeIn, tempDir } from './store.ts';
import { WatchedDoor } from './watched-door.ts';

const hasher = new CredentialHasher(Buffer.from(siteKeyHex, 'hex'));
export const codeHash = (digits: string): string => hasher.hash({ kind: 'code', digits });
export const cardHash = (hex: string): string => hasher.hash({ kind: 'bits', bits: 26, hex });

type Row = { readonly id: string; readonly version: number };
export const put = (table: TableName, row: Row): RowOp => ({ put: rowOf(table, row) });

export const ann = { kind: 'resident', id: 'ann' } as const;
export const annsCode = '12345678';
export const annsCard = 'a1b2c3';
export const gusCode = '87654321';
export const lobbyDoor = DoorId.parse('lobby');

/** Ann in suite 101 with a code, a card and a grant for the lobby; Gus, a guest of the building there. */
export const household = (): readonly RowOp[] => [
  put('building', aBuilding()),
  put('door', aDoor('lobby')),
  put('resident', aResident('ann')),
  put('credential', aCredential('pin', ann, { hash: codeHash(annsCode) })),
  put('credential', aCredential('card', ann, { kind: 'card', hash: cardHash(annsCard) })),
  put('grant', aGrant('ann-lobby', ann)),
  put('guest', aGuest('gus', { hash: codeHash(gusCode) })),
];

/** An event's body, as far as tests look at it. */
export interface Body {
  readonly type: string;
  readonly [field: string]: unknown;
}

const bodiesOf = (journal: Journal, after = 0): readonly Body[] =>
  journal.after(after, 10_000).map(({ body }) => JSON.parse(body) as Body);

interface ShellOptions {
  /** To go on where an earlier shell ended. */
  readonly dir?: string;
  readonly time?: HandTime;
  readonly doors?: readonly string[];
  readonly wiring?: { readonly rex: 'release' | 'report'; readonly fire: 'release' | 'ignore' };
  /** False: as after a start without a cloud; the clock is what the store and the battery clock say. */
  readonly welcomed?: boolean;
  /** The door that a called person opens. */
  readonly callDoor?: string;
  /** False: this console places no calls. */
  readonly phone?: boolean;
  /** Why the phone cannot be started. */
  readonly phoneProblem?: string;
  /** Sees to each door's hardware before it is started. */
  readonly prepare?: (wires: WatchedDoor) => void;
  /** Around the start of the doors and of their clock. */
  readonly whileStarting?: (start: () => void) => void;
}

/**
 * The controller's shell on a real store, as `compose` wires it, without link and screen: its doors' wires, its time
 * and the cloud's rows are in the test's hands. It starts welcomed at noon, empty, with its doors started.
 */
export class Shell {
  readonly dir: string;
  readonly time: HandTime;
  readonly store: Store;
  readonly clock: SystemClock;
  readonly recorder: Recorder;
  readonly guesses: Guesses;
  readonly diskWatch: DiskWatch;
  readonly doors: Doors;
  readonly doorClock: DoorClock;
  readonly problems: DoorProblems;
  readonly access: AccessService;
  readonly commands: CloudCommands;
  readonly cloudEvents: CloudEvents;
  readonly lobby: LobbyService;
  readonly housekeeping: Housekeeping;
  readonly phone = new HeldPhone();
  /** What residents' apps were told. */
  readonly rung: RingNews[] = [];
  readonly calls: CallRuntime | undefined;
  readonly phoneStarted: Promise<void>;
  readonly logged: { readonly fields: object; readonly message: string }[] = [];
  readonly #wires = new Map<string, WatchedDoor>();
  readonly #cloud = new CloudRows();

  constructor({
    dir = tempDir(),
    time = new HandTime(),
    doors = ['lobby'],
    wiring = { rex: 'release', fire: 'release' },
    welcomed = true,
    callDoor = 'lobby',
    phone = true,
    phoneProblem,
    prepare = () => {},
    whileStarting = (start) => start(),
  }: ShellOptions = {}) {
    this.dir = dir;
    this.time = time;
    this.store = storeIn(dir, () => time.rtc());
    const { replica, journal } = this.store;
    const { timers } = time;
    const log = this.#log();
    const clock = new SystemClock(time, journal.clockFloor());
    const recorder = new Recorder(journal, clock);
    this.clock = clock;
    this.recorder = recorder;
    this.guesses = new Guesses({ journal, replica, recorder, clock, timers, log });
    this.guesses.start();
    this.diskWatch = new DiskWatch({ disk: this.store.disk, journal, recorder, timers, log });
    this.doors = new Doors({ replica, journal, clock, guesses: this.guesses });
    const onLink = (): void => {
      this.doorClock.look('clock');
      this.lobby.changed();
    };
    this.cloudEvents = new CloudEvents({ journal, recorder, clock, timers, log, onLink });
    for (const name of doors) {
      const id = DoorId.parse(name);
      const hardware = new WatchedDoor(id, true);
      prepare(hardware);
      this.#wires.set(name, hardware);
      const parts = {
        ...{ hardware, wiring, recorder, clock, timers, log },
        row: () => this.doors.row(id),
        decide: this.doors.decide.bind(this.doors),
        onDecided: this.doors.decided.bind(this.doors, id),
        onChange: () => this.lobby.changed(),
      };
      this.doors.add(new DoorRuntime(parts, this.doors.causes(id)));
    }
    this.doorClock = new DoorClock({ doors: this.doors, clock, timers, recorder, log });
    this.problems = new DoorProblems({ doors: this.doors, recorder, log });
    this.access = new AccessService({
      replica,
      ...{ doors: this.doors, hasher, clock, guesses: this.guesses, recorder, timers, log },
      timezone: () => this.lobby.timezone(),
    });
    const onChange = (): void => this.lobby.changed();
    this.calls = phone
      ? new CallRuntime({
          apps: { tell: (news) => void this.rung.push(news) },
          ...{ phone: this.phone, recorder, timers, log, onChange },
          showOutcomeForMs: 8_000,
        })
      : undefined;
    this.commands = new CloudCommands({
      calls: this.calls,
      ...{ log, doors: this.doors, journal, recorder, clock },
      onModeSet: () => this.doorClock.look('operator'),
      decommission: () => {},
    });
    const callDesk = new CallDesk({
      ...{ calls: this.calls, callDoor: DoorId.parse(callDoor), doors: this.doors },
      ...{ replica, journal, recorder, clock, log },
    });
    this.lobby = new LobbyService({
      ...{ software: 'vestibule/test', device: 'console-1', buildingId: 'maple-court' },
      ...{ keypadDoor: lobbyDoor, showAnswerForMs: 8_000, simulatedDoors: new Set([lobbyDoor]) },
      ...{
        doors: this.doors,
        problems: this.problems,
        replica,
        journal,
        clock,
        timers,
        log,
        access: this.access,
        guesses: this.guesses,
        callDesk,
      },
      link: () => this.cloudEvents.link(),
      disk: () => this.diskWatch.status(),
    });
    this.housekeeping = new Housekeeping({
      ...{ recorder, journal, replica, clock, timers, log },
      ...{
        doorClock: this.doorClock,
        problems: this.problems,
        lobby: this.lobby,
        software: 'vestibule/test',
      },
    });
    if (welcomed) this.welcome();
    whileStarting(() => {
      for (const door of this.doors.all()) door.start();
      this.doorClock.start();
    });
    this.phone.problem = phoneProblem;
    callDesk.start();
    this.phoneStarted = this.calls?.start() ?? Promise.resolve();
    onTestFinished(() => {
      this.doorClock.close();
      this.lobby.close();
      this.diskWatch.close();
    });
  }

  get journal(): Journal {
    return this.store.journal;
  }

  /** Everything committed so far, or what came after `seq`. */
  events(after = 0): readonly Body[] {
    return bodiesOf(this.journal, after);
  }

  /** What `act` led to. */
  eventsOf(act: () => unknown): readonly Body[] {
    const { seq } = this.journal.head();
    act();
    return this.events(seq);
  }

  /** The cloud's next delta, applied. */
  publish(...ops: readonly RowOp[]): DeltaOutcome {
    return this.store.replica.applyDelta(this.#cloud.delta(...ops));
  }

  welcome(time = noon, session = 'session-1'): void {
    this.cloudEvents.welcomed({ time, atMonotonicMs: this.time.monotonicMs() });
    this.cloudEvents.linkChanged({ connected: true, session });
  }

  wires(door = 'lobby'): WatchedDoor {
    const wires = this.#wires.get(door);
    if (wires === undefined) throw new Error(`no door ${door}`);
    return wires;
  }

  type(digits: string, { door = 'lobby', accessPoint = 'keypad' } = {}): AccessAnswer {
    return this.access.present({ door: DoorId.parse(door), accessPoint }, { kind: 'code', digits });
  }

  hold(hex: string, { door = 'lobby', accessPoint = 'reader' } = {}): AccessAnswer {
    return this.access.present({ door: DoorId.parse(door), accessPoint }, { kind: 'bits', bits: 26, hex });
  }

  /** As a power cut would: nothing is said or secured. The folder can be opened again. */
  close(): void {
    this.diskWatch.close();
    this.time.timers.forget();
    this.store.close();
  }

  #log() {
    const note = (fields: object, message: string): void => void this.logged.push({ fields, message });
    return { info: note, warn: note, error: note };
  }
}

/** A shell with the household's rows. */
export function householdShell(options: ShellOptions = {}): Shell {
  const shell = new Shell(options);
  shell.publish(...household());
  shell.lobby.refresh();
  return shell;
}
