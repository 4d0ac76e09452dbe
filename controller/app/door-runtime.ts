/**
 * One door: its mailbox (the single ordering point), its machine, its timers and its hardware. A turn is
 * synchronous: decide, step, commit everything that happened in one transaction, and only then act.
 */
import type { AccessRequest, Decision } from '../core/access/decision.ts';
import type { DoorMode } from '../core/access/facts.ts';
import type { Door, DoorId } from '../core/dataset.ts';
import { alarmsOf, type DoorAlarm } from '../core/door/alarms.ts';
import { stepDoor } from '../core/door/machine.ts';
import { isBarred, isPassing, isReleased, modeOf, orderOf, standsOpen } from '../core/door/modes.ts';
import {
  type DoorConfiguration,
  type DoorEffect,
  type DoorInput,
  type DoorMachineState,
  type DoorOrder,
  type DoorStep,
  type DoorTimer,
  type DoorTimes,
  type DoorWiring,
  initialDoor,
  type OpenHours,
  type OperatorMode,
} from '../core/door/state.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { DoorHardware, DoorHardwareInput } from '../ports/door-hardware.ts';
import type { EventDraft } from '../ports/events.ts';
import { type JournalChange, StorageFault } from '../ports/journal.ts';
import { NamedTimers } from '../ports/named-timers.ts';
import { type ContactInput, DoorContacts } from './door-contacts.ts';
import {
  type Asked,
  areaChanges,
  decisionEvents,
  grantInput,
  reportEvent,
  useChanges,
} from './door-events.ts';
import { DoorLock } from './door-lock.ts';
import type { Log } from './log.ts';
import { Mailbox } from './mailbox.ts';
import type { Recorder } from './recorder.ts';

export interface DoorRuntimeParts {
  readonly hardware: DoorHardware;
  readonly wiring: { readonly rex: 'release' | 'report'; readonly fire: 'release' | 'ignore' };
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The door's row, as the cloud last sent it. */
  readonly row: () => Door | undefined;
  readonly decide: (request: AccessRequest) => Decision;
  /** A decision has been committed, in the same turn. */
  readonly onDecided: (decision: Decision) => void;
  readonly log: Log;
  readonly onChange: () => void;
}

/** What makes a door's mode beside fire and people: from the journal, the dataset and the clock. */
export interface DoorCauses {
  readonly lockdown: boolean;
  readonly operator: OperatorMode | undefined;
  readonly hours: OpenHours;
}

export interface DoorStatus {
  readonly mode: DoorMode;
  readonly released: boolean;
  /** Undefined where no monitor is fitted, before its first report, and while its line is faulty. */
  readonly open: boolean | undefined;
  readonly alarms: readonly DoorAlarm[];
  readonly fault: string | undefined;
  /** How often the strike was released since the start. */
  readonly relayActivations: number;
  /** Released for a person who leaves, enters or flees, and not because its hours or an operator hold it open. */
  readonly passing: boolean;
  /** REX is pressed, or was a moment ago. */
  readonly leaving: boolean;
}

/** What a decision commits beside its own events, and what follows once it is on disk. */
export interface Also {
  readonly events: readonly EventDraft[];
  readonly changes: readonly JournalChange[];
  readonly onCommitted: () => void;
}

/** What a request brings along. */
interface Alongside {
  readonly changes?: readonly JournalChange[];
  /** Asked once the answer is no, in the same turn. */
  readonly onDenial?: (decision: Decision) => Also | undefined;
}

export type RequestOutcome =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly seq: number }
  /** The disk refused the rows or the event, or the hardware the release: nothing opened. */
  | { readonly kind: 'fault'; readonly reason: 'storageFault' | 'doorFault' };

/** Where the cloud has not told the door's times, or the disk refuses them: enough for a person to walk out. */
const timesBeforeDataset: DoorTimes = {
  accessTimeMs: 5_000,
  extendedAccessTimeMs: 15_000,
  openTooLongMs: 60_000,
  preAlarmMs: 0,
  relockOn: 'close',
};

/** When a mode that opens is tried again that the disk refused to tell of. */
const openAgainMs = 60_000;

export class DoorRuntime {
  readonly id: DoorId;
  readonly #parts: DoorRuntimeParts;
  readonly #lock: DoorLock;
  readonly #contacts: DoorContacts;
  readonly #timers: NamedTimers<DoorTimer>;
  readonly #mailbox: Mailbox<() => void>;
  #state: DoorMachineState;
  #openAgain: { cancel(): void } | undefined;

  constructor(parts: DoorRuntimeParts, causes: DoorCauses) {
    this.id = parts.hardware.door;
    this.#parts = parts;
    this.#state = { ...initialDoor(), ...causes };
    this.#timers = new NamedTimers(parts.timers);
    // A denial changes nothing to see: screens that were told of it would tell how long it took to decide.
    this.#mailbox = new Mailbox<() => void>({
      take: (turn) => turn(),
      shown: () => this.status(),
      onChange: parts.onChange,
    });
    this.#lock = new DoorLock(parts.hardware, (fault, before) => this.#onFault(fault, before));
    this.#contacts = new DoorContacts({
      ...{ timers: parts.timers, clock: parts.clock },
      pass: (input) => this.#mailbox.post(() => this.#onContact(input)),
      tell: (contact, count, state) => {
        this.#record({
          ...(state === 'calm'
            ? { type: 'ContactCalm', severity: 'notice' }
            : { type: 'ContactChattering', severity: 'warning' }),
          ...{ door: this.id, contact, count },
        });
        if (contact !== 'monitor') return;
        this.#mailbox.post(() =>
          this.#turn({ kind: 'monitorChatters', active: state !== 'calm' }, 'monitor'),
        );
      },
    });
  }

  get hasMonitor(): boolean {
    return this.#parts.hardware.hasMonitor;
  }

  /** For interlocks, a lock that has not answered yet included; while the monitor's line is faulty, as it was seen last. */
  get isOpenOrReleased(): boolean {
    return this.#lock.released || this.#isReleasing() || this.#state.open === true;
  }

  start(): void {
    this.#mailbox.post(() => {
      try {
        this.#parts.hardware.start((input) => this.#onHardware(input));
      } catch (error) {
        this.#lock.reported(error instanceof Error ? error.message : 'the door hardware did not start');
        return;
      }
      this.#tellFirstMode();
      this.#lock.order(this.#wanted());
    });
  }

  close(): void {
    this.#openAgain?.cancel();
    this.#timers.cancelAll();
    this.#contacts.close();
    this.#parts.hardware.close();
  }

  status(): DoorStatus {
    const state = this.#state;
    return {
      mode: modeOf(state),
      released: this.#lock.released,
      open: state.lines.monitor === undefined ? state.open : undefined,
      alarms: alarmsOf(state),
      fault: this.#lock.fault,
      relayActivations: this.#lock.activations,
      leaving: state.egress,
      passing: this.#lock.released && (state.fire || isPassing(state)),
    };
  }

  /** Decides, commits (with what is `alongside`) and acts, in one turn. */
  request(request: AccessRequest, asked: Asked, alongside: Alongside = {}): RequestOutcome {
    let outcome: RequestOutcome = { kind: 'fault', reason: 'doorFault' };
    this.#mailbox.post(() => {
      outcome = this.#answer(request, asked, alongside);
    });
    return outcome;
  }

  /** An installer tries the strike: as if somebody had been let in, with an event that says what it was. */
  releaseForTest(): 'released' | 'barred' | 'doorFault' | 'storageFault' {
    let outcome: ReturnType<DoorRuntime['releaseForTest']> = 'barred';
    this.#mailbox.post(() => {
      if (isBarred(this.#state)) return;
      const event: EventDraft = { type: 'DoorTested', severity: 'notice', door: this.id };
      try {
        this.#step({ kind: 'accessGranted', extended: false }, 'test', { events: [event], changes: [] });
        outcome = this.#lock.refusesRelease ? 'doorFault' : 'released';
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error;
        outcome = 'storageFault';
      }
    });
    return outcome;
  }

  /** How it is made and configured, for whoever tests it. */
  setup(): Pick<DoorHardware, 'simulated' | 'hasMonitor'> & {
    rex: 'release' | 'report';
    accessTimeMs: number;
  } {
    const { simulated, hasMonitor } = this.#parts.hardware;
    const { rex } = this.#parts.wiring;
    return { simulated, hasMonitor, rex, accessTimeMs: this.accessTimeMs(false) };
  }

  /** For so long somebody who is let in may open it; `extended`: with accessible timing. */
  accessTimeMs(extended: boolean): number {
    const { times } = this.#configuration();
    return extended ? times.extendedAccessTimeMs : times.accessTimeMs;
  }

  /** What bars the door comes first: no moment lies between a lockdown's beginning and the end of an operator's mode. */
  setCauses(causes: DoorCauses, cause: string): void {
    const { lockdown, operator, hours } = causes;
    this.#openAgain?.cancel();
    const turn = (input: DoorInput): void =>
      this.#mailbox.post(() => {
        if (this.#turn(input, cause)) return;
        this.#openAgain?.cancel();
        this.#openAgain = this.#parts.timers.after(openAgainMs, () => this.setCauses(causes, cause));
      });
    if (lockdown && !this.#state.lockdown) turn({ kind: 'lockdown', on: true });
    if (hours !== this.#state.hours) turn({ kind: 'hours', hours });
    if (operator !== this.#state.operator) turn({ kind: 'operator', mode: operator });
    if (!lockdown && this.#state.lockdown) turn({ kind: 'lockdown', on: false });
  }

  #answer(request: AccessRequest, asked: Asked, { changes = [], onDenial }: Alongside): RequestOutcome {
    try {
      const decision = this.#parts.decide(request);
      const events = decisionEvents(decision, asked);
      if (decision.outcome === 'deny') {
        const also = onDenial?.(decision);
        const [event] = this.#parts.recorder.commit(
          [...events, ...(also?.events ?? [])],
          [...changes, ...(also?.changes ?? [])],
        );
        also?.onCommitted();
        this.#parts.onDecided(decision);
        return { kind: 'decided', decision, seq: event?.seq ?? 0 };
      }
      const counted = useChanges(decision, this.#parts.clock.reading().now);
      const input = grantInput(request, decision);
      const seq = this.#step(input, 'access', { events, changes: [...changes, ...counted] });
      this.#parts.onDecided(decision);
      // The door may have a fault of another kind, and open all the same.
      return this.#lock.refusesRelease
        ? { kind: 'fault', reason: 'doorFault' }
        : { kind: 'decided', decision, seq };
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error(
        { door: this.id, fault: error.code },
        'nothing could be decided and committed: the door stays as it is',
      );
      return { kind: 'fault', reason: 'storageFault' };
    }
  }

  #onHardware(input: DoorHardwareInput): void {
    if (input.kind === 'obeyed') this.#mailbox.post(() => this.#lock.obeyed(input.released));
    else if (input.kind === 'refused')
      this.#mailbox.post(() => this.#lock.refused(input.released, input.problem));
    else this.#contacts.take(input);
  }

  #onContact(input: ContactInput): void {
    if (input.kind === 'fault') this.#lock.reported(input.problem);
    else this.#turn(input, input.kind);
  }

  /** A door that begins otherwise than Locked says so before it moves; one that the disk refuses begins shut. */
  #tellFirstMode(): void {
    const mode = modeOf(this.#state);
    if (mode === 'Locked') return;
    const isTold = this.#record({
      type: 'DoorMode',
      severity: 'notice',
      door: this.id,
      mode,
      cause: 'start',
    });
    if (isTold || !standsOpen(this.#state)) return;
    this.#state = { ...this.#state, operator: undefined, hours: 'closed' };
  }

  /**
   * Nothing that lets a person out, locks down or relocks waits for the disk. What lets people in does: a grant, and a mode
   * that opens. False: the input is not taken.
   */
  #turn(input: DoorInput, cause: string): boolean {
    try {
      this.#step(input, cause, { events: [], changes: [] });
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ door: this.id, fault: error.code }, 'a door event could not be committed');
      const step = this.#stepped(this.#state, input);
      const opens = standsOpen(step.state) && !standsOpen(this.#state);
      if (opens && input.kind !== 'monitor') return false;
      // The first person in has opened the door: its hours wait for the next one.
      const closed: DoorMachineState = { ...this.#state, hours: 'closed' };
      this.#apply(opens ? this.#stepped(closed, input) : step);
    }
    return true;
  }

  /** Commits `also` and what the machine reports, then acts. Returns the seq of the first event, 0 for none. */
  #step(
    input: DoorInput,
    cause: string,
    also: { readonly events: readonly EventDraft[]; readonly changes: readonly JournalChange[] },
  ): number {
    const step = this.#stepped(this.#state, input);
    const events = [...also.events];
    const changes = [...also.changes];
    for (const effect of step.effects) {
      if (effect.kind !== 'report') continue;
      const said = reportEvent(effect.report, this.id, cause);
      events.push(said.event);
      changes.push(
        ...said.changes,
        ...areaChanges(effect.report, this.#row(), this.#parts.clock.reading().now),
      );
    }
    const committed = events.length + changes.length > 0 ? this.#parts.recorder.commit(events, changes) : [];
    this.#apply(step);
    return committed[0]?.seq ?? 0;
  }

  #stepped(state: DoorMachineState, input: DoorInput): DoorStep {
    return stepDoor(state, input, this.#configuration(), this.#parts.clock.monotonicMs());
  }

  /** What the lock is to do now. */
  #wanted(): DoorOrder {
    return orderOf(this.#state, this.#configuration(), this.#parts.clock.monotonicMs());
  }

  #isReleasing(): boolean {
    return isReleased(this.#state, this.#wiring()) && !this.#lock.refusesRelease;
  }

  #wiring(): DoorWiring {
    const { hardware, wiring } = this.#parts;
    const { hasMonitor, opensUnasked } = hardware;
    return { ...wiring, hasMonitor, opensUnasked };
  }

  #configuration(): DoorConfiguration {
    return { times: this.#row() ?? timesBeforeDataset, wiring: this.#wiring() };
  }

  /** A row that the disk refuses counts as absent: the way out, fire and a relock do not wait for a database. */
  #row(): Door | undefined {
    try {
      return this.#parts.row();
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ door: this.id, fault: error.code }, "the door's row could not be read");
      return undefined;
    }
  }

  #apply({ state, effects }: DoorStep): void {
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
    // Refused before, and still wanted: a second code, REX or fire is another try.
    const wanted = this.#wanted();
    const ordered = effects.some(({ kind }) => kind === 'order');
    if (!ordered && this.#lock.isOwed(wanted)) this.#lock.order(wanted);
  }

  #execute(effect: DoorEffect): void {
    switch (effect.kind) {
      case 'report':
        return;
      case 'order':
        this.#lock.order(effect.order);
        return;
      case 'startTimer':
        this.#timers.start(effect.timer, effect.ms, () =>
          this.#mailbox.post(() => this.#turn({ kind: 'timer', timer: effect.timer }, 'timer')),
        );
        return;
      case 'cancelTimer':
        this.#timers.cancel(effect.timer);
        return;
      default:
        effect satisfies never;
    }
  }

  #onFault(fault: string | undefined, before: string | undefined): void {
    this.#record(
      fault === undefined
        ? { type: 'DoorFaultEnded', severity: 'notice', door: this.id, problem: before ?? '' }
        : { type: 'DoorFault', severity: 'alarm', door: this.id, problem: fault },
    );
  }

  /** False: the disk has refused it. */
  #record(event: EventDraft): boolean {
    try {
      this.#parts.recorder.commit([event]);
      return true;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ door: this.id, fault: error.code }, 'a door event could not be committed');
      return false;
    }
  }
}
