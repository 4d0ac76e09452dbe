import { decide } from '../core/access/decide.ts';
import type { AccessRequest, CommandBy, Decision, DenyReason } from '../core/access/decision.ts';
import type { AccessFacts, BuildingRows, DoorState } from '../core/access/facts.ts';
import { refusesOperator } from '../core/access/operator.ts';
import type { Door, DoorId } from '../core/dataset.ts';
import { openHoursOf } from '../core/door/open-hours.ts';
import { settingState } from '../core/door/operator-setting.ts';
import { rowProblems } from '../core/door/row-problems.ts';
import type { OpenHours, OperatorMode } from '../core/door/state.ts';
import type { Clock } from '../ports/clock.ts';
import { type Journal, type OperatorSetting, StorageFault } from '../ports/journal.ts';
import type { Replica } from '../ports/replica.ts';
import { accessFacts } from './access-facts.ts';
import type { DoorCauses, DoorRuntime } from './door-runtime.ts';
import type { Guesses } from './guesses.ts';
import { TwoPersons } from './two-persons.ts';

const notInDataset = 'the building has no door of this name: nobody has a right to it.';

/** The doors of this device, the one way to a decision about them, and what makes their modes. */
export class Doors {
  readonly #replica: Replica;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #guesses: Pick<Guesses, 'isLockedOut'>;
  readonly #twoPersons: TwoPersons;
  readonly #runtimes = new Map<DoorId, DoorRuntime>();

  constructor(parts: {
    readonly replica: Replica;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly guesses: Pick<Guesses, 'isLockedOut'>;
  }) {
    this.#replica = parts.replica;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#guesses = parts.guesses;
    this.#twoPersons = new TwoPersons(parts.clock);
  }

  add(runtime: DoorRuntime): void {
    this.#runtimes.set(runtime.id, runtime);
  }

  get(id: DoorId): DoorRuntime | undefined {
    return this.#runtimes.get(id);
  }

  all(): readonly DoorRuntime[] {
    return [...this.#runtimes.values()];
  }

  row(id: DoorId): Door | undefined {
    return this.#replica.read((rows) => rows.door(id));
  }

  decide(request: AccessRequest): Decision {
    return this.#replica.read((rows) => decide(this.#facts(rows), request));
  }

  /** A decision about this door has been committed. */
  decided(id: DoorId, decision: Decision): void {
    this.#twoPersons.decided(id, decision);
  }

  /** Why whoever sends this may not set modes; undefined: may. */
  refusesOperator(id: DoorId, by: CommandBy | undefined): DenyReason | undefined {
    return this.#replica.read((rows) => refusesOperator(this.#facts(rows), id, by));
  }

  /** What makes the door's mode now. Lockdowns and operators' modes are in the journal: they hold whatever the rows do. */
  causes(id: DoorId): DoorCauses {
    return { lockdown: this.#isLockedDown(id), operator: this.#operator(id), hours: this.#hours(id) };
  }

  /**
   * Recomputes every door's causes: after a command, a change of the dataset or of the clock, and as time passes.
   *
   * @throws StorageFault when the causes of a door cannot be read, once all the others have theirs.
   */
  applyCauses(cause: string): void {
    const faults: StorageFault[] = [];
    for (const runtime of this.all()) {
      try {
        runtime.setCauses(this.causes(runtime.id), cause);
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error;
        faults.push(error);
      }
    }
    const [first] = faults;
    if (first !== undefined) throw first;
  }

  /** Operators' modes whose end has come. */
  endedSettings(): readonly OperatorSetting[] {
    const reading = this.#clock.reading();
    return this.#journal.operatorModes().filter((setting) => settingState(setting, reading) === 'over');
  }

  /** Whether any door has LockedOpen hours. */
  anyHours(): boolean {
    return this.#replica.read((rows) =>
      this.all().some(({ id }) => rows.door(id)?.lockedOpenSchedule !== undefined),
    );
  }

  /** When the next operator's mode ends; undefined: none does. */
  nextEnd(): number | undefined {
    const ends = this.#journal.operatorModes().flatMap(({ until }) => until ?? []);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** What each door's row asks for that cannot be; nothing before the first dataset. */
  problems(): ReadonlyMap<DoorId, readonly string[]> {
    return this.#replica.read((rows) => {
      const isEmpty = rows.building() === undefined;
      return new Map(
        isEmpty ? [] : this.all().map((runtime) => [runtime.id, this.#problemsOf(runtime, rows)] as const),
      );
    });
  }

  #problemsOf({ id, hasMonitor }: DoorRuntime, rows: BuildingRows): readonly string[] {
    const row = rows.door(id);
    if (row === undefined) return [notInDataset];
    const { interlockGroup } = row;
    const peers = this.all().filter(
      (other) => other.id !== id && rows.door(other.id)?.interlockGroup === interlockGroup,
    );
    return rowProblems(row, {
      hasMonitor,
      hasSchedule: (schedule) => rows.schedule(schedule) !== undefined,
      interlockPeers: interlockGroup === undefined ? 0 : peers.length,
    });
  }

  /** Its row is asked for only where nothing but an area's lockdown may cover it; one that cannot be read is covered. */
  #isLockedDown(id: DoorId): boolean {
    const scopes = new Set(this.#journal.lockdowns().flatMap(({ on, scope }) => (on ? [scope] : [])));
    if (scopes.has('building') || scopes.has(`door:${id}`)) return true;
    if (![...scopes].some((scope) => scope.startsWith('area:'))) return false;
    try {
      const area = this.row(id)?.area;
      return area !== undefined && scopes.has(`area:${area}`);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return true;
    }
  }

  #operator(id: DoorId): OperatorMode | undefined {
    const setting = this.#journal.operatorModes().find(({ door }) => door === id);
    if (setting === undefined) return undefined;
    return settingState(setting, this.#clock.reading()) === 'holds' ? setting.mode : undefined;
  }

  /** Hours that cannot be read are none: a door that nobody can tell the hours of is locked. */
  #hours(id: DoorId): OpenHours {
    try {
      return this.#replica.read((rows) => openHoursOf(this.#facts(rows), rows.door(id)));
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return 'closed';
    }
  }

  #facts(rows: BuildingRows): AccessFacts {
    return accessFacts(
      rows,
      this.#journal,
      this.#clock,
      (id) => this.#stateOf(id, rows),
      (accessPoint) => this.#guesses.isLockedOut({ accessPoint, entry: 'code' }),
    );
  }

  #stateOf(id: DoorId, rows: BuildingRows): DoorState {
    const mode = this.#runtimes.get(id)?.status().mode ?? 'Locked';
    const interlockedBy = this.#interlockedBy(id, rows);
    return {
      mode,
      ...(interlockedBy === undefined ? {} : { interlockedBy }),
      ...this.#twoPersons.waitingAt(id),
    };
  }

  /** Rows are looked at only where another door of this device is open or released. */
  #interlockedBy(id: DoorId, rows: BuildingRows): DoorId | undefined {
    const open = this.all().filter((other) => other.id !== id && other.isOpenOrReleased);
    if (open.length === 0) return undefined;
    const group = rows.door(id)?.interlockGroup;
    if (group === undefined) return undefined;
    return open.find((other) => rows.door(other.id)?.interlockGroup === group)?.id;
  }
}
