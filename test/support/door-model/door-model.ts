/**
 * What a door must do and tell, said anew from docs/doors.md and apart from its machine: as intervals of time. A cause releases
 * from an instant until an instant; what is barred, open and alarmed follows from comparing them with now. It knows nothing of
 * timers or effects.
 */
import type {
  Contact,
  DoorConfiguration,
  DoorInput,
  DoorReport,
  LineFault,
  OpenHours,
  OperatorMode,
} from '../../../controller/core/door/state.ts';
import { BoltModel, StandingModel } from './overdue-models.ts';

export interface ModelledDoor extends DoorConfiguration {
  /** How its relay is wired. */
  readonly strike: { readonly failMode: 'fail-secure' | 'fail-safe'; readonly activeLow: boolean };
}

export type Person = Omit<Extract<DoorInput, { kind: 'accessGranted' }>, 'kind'>;

/** Half-open: the cause holds before this instant. */
type Until = number;
const never: Until = 0;

const isSame = (one: Person, other: Person): boolean => one.subject?.id === other.subject?.id;
const named = ({ subject }: Person): Pick<Person, 'subject'> => (subject === undefined ? {} : { subject });

export class DoorModel {
  readonly #door: ModelledDoor;
  #told: DoorReport[] = [];
  readonly #standing = new StandingModel();
  readonly #bolt = new BoltModel();
  /** What was told last of what has a beginning and an end. */
  #tellsMode: OperatorMode = 'Locked';
  #tellsFire = false;
  readonly #alarms = new Set<string>();
  now = 1;
  lockdown = false;
  operator: OperatorMode | undefined;
  #hours: OpenHours = 'closed';
  #firstIsIn = false;
  fireInput = false;
  #rexPressed = false;
  #pressedAt = 0;
  #accessUntil: Until = never;
  #egressUntil: Until = never;
  /** Who was let in and has not been seen to enter. */
  #awaited: readonly Person[] = [];
  /** While somebody with accessible timing may take their time. */
  #extendedUntil: Until = never;
  #open: boolean | undefined;
  locked: boolean | undefined;
  chatters = false;
  tampered = false;
  #forced = false;
  /** Somebody with accessible timing went through this opening. */
  #slow = false;
  readonly #faults = new Map<Contact, LineFault>();

  constructor(door: ModelledDoor) {
    this.#door = door;
  }

  get #fire(): boolean {
    return this.#door.wiring.fire === 'release' && (this.fireInput || this.#faults.has('fire'));
  }

  get #base(): OperatorMode {
    if (this.lockdown) return 'LockedDown';
    const hours = this.#hours === 'open' || (this.#hours === 'firstIn' && this.#firstIsIn);
    return this.operator ?? (hours ? 'LockedOpen' : 'Locked');
  }

  get #barred(): boolean {
    return this.#base === 'LockedDown' || this.#base === 'Blocked';
  }

  get #held(): boolean {
    return this.#fire || this.#base === 'Unlocked' || this.#base === 'LockedOpen';
  }

  get #accessed(): boolean {
    return this.now < this.#accessUntil;
  }

  get #leaving(): boolean {
    return this.#rexPressed || this.now < this.#egressUntil;
  }

  /** A button that is pressed for a minute is stuck: nobody passes any more. */
  get #stuck(): boolean {
    return this.#rexPressed && this.now - this.#pressedAt >= 60_000;
  }

  get #released(): boolean {
    return this.#held || this.#accessed || (this.#leaving && this.#door.wiring.rex === 'release');
  }

  /** As it stands to anybody who looks: its mode, its order, the voltage at its relay, a lock that times itself, and its alarms. */
  get seen(): string {
    const { failMode, activeLow } = this.#door.strike;
    const isEnergised = this.#released === (failMode === 'fail-secure');
    const alarms = [...this.#alarms].sort();
    return JSON.stringify([this.#mode, this.#order, isEnergised !== activeLow, this.#order, alarms]);
  }

  get #mode(): string {
    if (this.#fire) return 'Unlocked';
    return this.#base === 'Locked' && this.#accessed ? 'Accessed' : this.#base;
  }

  get #order(): string {
    if (this.#fire) return 'evacuate';
    if (this.#held) return 'holdOpen';
    if (this.#released) return 'passage';
    return this.#barred ? 'block' : 'lock';
  }

  /** What has been told since the last time. */
  takeTold(): readonly DoorReport[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }

  grant(person: Person): void {
    const isOpen = this.#open === true;
    if (this.#barred) {
      if (!isOpen) this.#notTaken([person]);
      return;
    }
    const { accessTimeMs, extendedAccessTimeMs } = this.#door.times;
    const until = this.now + (person.extended ? extendedAccessTimeMs : accessTimeMs);
    // Until the door has opened, nobody's time is shortened by whoever comes next, and who asks once more is let in once.
    const isFirst = this.#awaited.length === 0;
    this.#accessUntil = isFirst ? until : Math.max(until, this.#accessUntil);
    if (person.extended || isFirst) this.#extendedUntil = person.extended ? until : never;
    this.#notTaken(this.#awaited.filter((other) => isSame(other, person)));
    this.#awaited = [...this.#awaited.filter((other) => !isSame(other, person)), person];
    if (isOpen) {
      this.#slow ||= person.extended;
      this.#everybodyEnters();
    } else if (!this.#door.wiring.hasMonitor) this.#begins(person);
    this.#standing.beginAnew();
  }

  press(active: boolean): void {
    const { accessTimeMs } = this.#door.times;
    if (active && !this.#rexPressed) {
      this.#told.push({ type: 'RequestToExit', released: this.#door.wiring.rex === 'release' });
      this.#pressedAt = this.now;
      this.#egressUntil = this.now + accessTimeMs;
      this.#standing.beginAnew();
    }
    // A button that was held keeps the way free to the end of the access time that had begun.
    if (!active && this.#rexPressed && this.now >= this.#egressUntil) {
      const periods = Math.floor((this.now - this.#egressUntil) / accessTimeMs) + 1;
      this.#egressUntil += periods * accessTimeMs;
    }
    this.#rexPressed = active;
  }

  move(open: boolean): void {
    if (open === this.#open) return;
    this.#told.push({ type: 'DoorMonitor', open });
    const { times, wiring } = this.#door;
    if (open) {
      const isExpected = this.#open !== false || this.#released || this.#leaving;
      if (!isExpected && !wiring.opensUnasked) this.#forced = true;
      this.#slow = this.#accessed && this.now < this.#extendedUntil;
      this.#everybodyEnters();
      if (times.relockOn === 'open') this.#accessUntil = never;
    } else {
      if (this.#awaited.length === 0 && times.relockOn !== 'timeout') this.#accessUntil = never;
      if (!wiring.opensUnasked) this.#forced = false;
    }
    this.#open = open;
  }

  setBolt(locked: boolean): void {
    if (locked !== this.locked) this.#told.push({ type: 'LockMonitor', locked });
    this.locked = locked;
  }

  setHours(hours: OpenHours): void {
    if (hours !== 'firstIn') this.#firstIsIn = false;
    this.#hours = hours;
  }

  setLine(contact: Contact, fault: LineFault | undefined): void {
    if (fault === this.#faults.get(contact)) return;
    if (fault === undefined) {
      this.#faults.delete(contact);
      this.#alarms.delete(`InputFault: ${contact}`);
      this.#told.push({ type: 'InputFaultEnded', contact });
      return;
    }
    this.#faults.set(contact, fault);
    this.#alarms.add(`InputFault: ${contact}`);
    this.#told.push({ type: 'InputFault', contact, fault });
    if (contact === 'rex') this.press(false);
  }

  /** What a lock says that judges for itself. */
  setOwnAlarm(alarm: 'DoorForcedOpen' | 'DoorOpenTooLong', active: boolean): void {
    if (!this.#door.wiring.opensUnasked) return;
    if (alarm === 'DoorForcedOpen') this.#forced = active;
    else this.#standing.tooLong = active;
  }

  /** Every cause has been looked at: what follows from them now. */
  settle(): void {
    if (this.#barred) this.#accessUntil = never;
    if (!this.#accessed) {
      this.#notTaken(this.#awaited);
      this.#awaited = [];
    }
    this.#tellCauses();
    if (!this.#door.wiring.opensUnasked) this.#judge();
    this.#tell('DoorForcedOpen', this.#forced);
    this.#tell('DoorOpenTooLong', this.#standing.tooLong);
    this.#tell('DoorTamper', this.tampered);
    this.#tell('RequestToExitHeld', this.#stuck);
  }

  #judge(): void {
    const { times, wiring } = this.#door;
    const isOpen = this.#open === true;
    const isPassing = this.#accessed || (this.#leaving && !this.#stuck);
    const more = this.#slow ? times.extendedAccessTimeMs - times.accessTimeMs : 0;
    const warns = this.#standing.judge(this.now, {
      counts: isOpen && !this.#held && !this.#forced,
      isPassing,
      allowedMs: times.openTooLongMs + more,
      preAlarmMs: times.preAlarmMs < times.openTooLongMs ? times.preAlarmMs : 0,
    });
    if (warns) this.#told.push({ type: 'DoorOpenTooLongSoon' });

    const isHeard = this.locked !== undefined && !this.#faults.has('lockMonitor');
    const letsOutByItself = wiring.rex === 'report' && this.#leaving && this.locked === false;
    this.#bolt.judge(this.now, {
      contradicts: isHeard ? this.locked === this.#released : undefined,
      isMasked: isOpen || letsOutByItself,
    });
    this.#tell('LockFault', this.#bolt.isFaulty, { locked: this.locked === true });
  }

  #tellCauses(): void {
    const fire = this.#fire;
    if (fire !== this.#tellsFire) this.#told.push({ type: fire ? 'FireReleased' : 'FireEnded' });
    this.#tellsFire = fire;
    const mode = fire ? 'Unlocked' : this.#base;
    if (mode !== this.#tellsMode) this.#told.push({ type: 'DoorMode', mode });
    this.#tellsMode = mode;
  }

  #tell(
    alarm: 'DoorForcedOpen' | 'DoorOpenTooLong' | 'DoorTamper' | 'RequestToExitHeld' | 'LockFault',
    stands: boolean,
    more: object = {},
  ): void {
    if (stands === this.#alarms.has(alarm)) return;
    if (stands) this.#alarms.add(alarm);
    else this.#alarms.delete(alarm);
    this.#told.push((stands ? { type: alarm, ...more } : { type: `${alarm}Ended` }) as DoorReport);
  }

  #everybodyEnters(): void {
    for (const person of this.#awaited) {
      this.#told.push({ type: 'AccessTaken', ...named(person) });
      this.#begins(person);
    }
    this.#awaited = [];
  }

  /** Somebody who belongs here begins hours that wait for them. */
  #begins({ subject, fromAfar }: Person): void {
    const belongs = subject !== undefined && subject.kind !== 'guest' && fromAfar !== true;
    if (belongs && this.#hours === 'firstIn') this.#firstIsIn = true;
  }

  #notTaken(people: readonly Person[]): void {
    const isTold = this.#door.wiring.hasMonitor && !this.#faults.has('monitor') && !this.chatters;
    if (!isTold) return;
    for (const person of people) {
      const { countedUse } = person;
      const givenBack = countedUse === undefined ? {} : { giveBackUse: countedUse };
      this.#told.push({ type: 'AccessNotTaken', ...named(person), ...givenBack });
    }
  }
}
