/**
 * One door: its mailbox (the single ordering point), its machine, its timers and its hardware. A turn is
 * synchronous: decide, step, commit everything that happened in one transaction, and only then act.
 */
import type { AccessRequest, Decision } from '../core/access/decision.ts';
import type { DoorMode } from '../core/access/facts.ts';
import type { Door, DoorId } from '../core/dataset.ts';
import {
  type DoorEffect,
  type DoorInput,
  type DoorMachineState,
  type DoorTimer,
  type DoorTimes,
  initialDoor,
  isReleased,
  modeOf,
  stepDoor,
} from '../core/door/machine.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { DoorHardware, DoorHardwareInput } from '../ports/door-hardware.ts';
import type { EventDraft } from '../ports/events.ts';
import { type JournalChange, StorageFault } from '../ports/journal.ts';
import { type Asked, areaChange, decisionEvents, reportEvent } from './door-events.ts';
import type { Log } from './log.ts';
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
  readonly log: Log;
  readonly onChange: () => void;
}

export interface DoorStatus {
  readonly mode: DoorMode;
  readonly released: boolean;
  readonly open: boolean | undefined;
  readonly fault: string | undefined;
  /** How often the strike was released since the start. */
  readonly relayActivations: number;
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
  relockOn: 'close',
};

export class DoorRuntime {
  readonly id: DoorId;
  readonly #parts: DoorRuntimeParts;
  readonly #timers = new Map<DoorTimer, { cancel(): void }>();
  readonly #mailbox: (() => void)[] = [];
  #state: DoorMachineState;
  #draining = false;
  #fault: string | undefined;
  /** The movement that the hardware refused last, and with which fault. */
  #refused: { readonly direction: 'release' | 'secure'; readonly problem: string } | undefined;
  /** How the strike stands as far as the hardware has obeyed; `#state` says how it should. */
  #released = false;
  #relayActivations = 0;

  constructor(parts: DoorRuntimeParts, lockdown: boolean) {
    this.id = parts.hardware.door;
    this.#parts = parts;
    this.#state = initialDoor(lockdown);
  }

  start(): void {
    try {
      this.#parts.hardware.start((input) => this.#post(() => this.#onHardware(input)));
    } catch (error) {
      this.#onFault(error instanceof Error ? error.message : 'the door hardware did not start');
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#parts.hardware.close();
  }

  status(): DoorStatus {
    return {
      mode: modeOf(this.#state),
      released: this.#released,
      open: this.#state.open,
      fault: this.#fault,
      relayActivations: this.#relayActivations,
    };
  }

  /** Decides, commits (with what is `alongside`) and acts, in one turn. */
  request(request: AccessRequest, asked: Asked, alongside: Alongside = {}): RequestOutcome {
    let outcome: RequestOutcome = { kind: 'fault', reason: 'doorFault' };
    this.#post(() => {
      outcome = this.#answer(request, asked, alongside);
    });
    return outcome;
  }

  setLockdown(on: boolean, cause: string): void {
    if (on === this.#state.lockdown) return;
    this.#post(() => this.#turn({ kind: 'lockdown', on }, cause));
  }

  get #wiring(): { hasMonitor: boolean; rex: 'release' | 'report'; fire: 'release' | 'ignore' } {
    return { hasMonitor: this.#parts.hardware.hasMonitor, ...this.#parts.wiring };
  }

  #post(turn: () => void): void {
    this.#mailbox.push(turn);
    if (this.#draining) return;
    this.#draining = true;
    const before = JSON.stringify(this.status());
    try {
      for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) next();
    } finally {
      this.#draining = false;
    }
    // A denial changes nothing to see: screens that were told of it would tell how long it took to decide.
    if (JSON.stringify(this.status()) !== before) this.#parts.onChange();
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
        return { kind: 'decided', decision, seq: event?.seq ?? 0 };
      }
      const { countUse } = decision;
      // Who goes in after a call is the guest, not the called resident, who may be at work: nobody's area changes.
      const subject = request.kind === 'callUnlock' ? undefined : decision.subject;
      const counted: readonly JournalChange[] =
        countUse === undefined
          ? []
          : [{ kind: 'countUse', guest: countUse, at: this.#parts.clock.reading().now }];
      const input: DoorInput = {
        kind: 'accessGranted',
        extended: decision.extended,
        ...(subject === undefined ? {} : { subject }),
        ...(countUse === undefined ? {} : { countedUse: countUse }),
      };
      const seq = this.#step(input, 'access', { events, changes: [...changes, ...counted] });
      return this.#fault === undefined
        ? { kind: 'decided', decision, seq }
        : { kind: 'fault', reason: 'doorFault' };
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
    if (input.kind === 'fault') this.#onFault(input.problem);
    else if (input.kind === 'monitor') this.#turn(input, input.kind);
    else if (input.kind === 'rex' || input.kind === 'fire')
      this.#turn({ ...input, kind: input.kind }, input.kind);
  }

  #turn(input: DoorInput, cause: string): void {
    try {
      this.#step(input, cause, { events: [], changes: [] });
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ door: this.id, fault: error.code }, 'a door event could not be committed');
      // Nothing that lets a person out, locks down or relocks waits for the disk; only granting does.
      this.#apply(stepDoor(this.#state, input, { times: this.#times(), wiring: this.#wiring }));
    }
  }

  /** Commits `also` and what the machine reports, then acts. Returns the seq of the first event, 0 for none. */
  #step(
    input: DoorInput,
    cause: string,
    also: { readonly events: readonly EventDraft[]; readonly changes: readonly JournalChange[] },
  ): number {
    const step = stepDoor(this.#state, input, { times: this.#times(), wiring: this.#wiring });
    const events = [...also.events];
    const changes = [...also.changes];
    for (const effect of step.effects) {
      if (effect.kind !== 'report') continue;
      const said = reportEvent(effect.report, this.id, cause);
      events.push(said.event);
      changes.push(
        ...said.changes,
        ...areaChange(effect.report, this.#row(), this.#parts.clock.reading().now),
      );
    }
    const committed = events.length + changes.length > 0 ? this.#parts.recorder.commit(events, changes) : [];
    this.#apply(step);
    return committed[0]?.seq ?? 0;
  }

  #times(): DoorTimes {
    return this.#row() ?? timesBeforeDataset;
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

  #apply({ state, effects }: { state: DoorMachineState; effects: readonly DoorEffect[] }): void {
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
    // Refused before, and still wanted: a second code, REX or fire is another try.
    const wanted = isReleased(state, this.#wiring);
    const moved = effects.some(({ kind }) => kind === 'release' || kind === 'secure');
    if (!moved && wanted !== this.#released) this.#move(wanted ? 'release' : 'secure');
  }

  #execute(effect: DoorEffect): void {
    switch (effect.kind) {
      case 'report':
        return;
      case 'release':
      case 'secure':
        this.#move(effect.kind);
        return;
      case 'startTimer':
        this.#timers.get(effect.timer)?.cancel();
        this.#timers.set(
          effect.timer,
          this.#parts.timers.after(effect.ms, () =>
            this.#post(() => this.#turn({ kind: 'timer', timer: effect.timer }, 'timer')),
          ),
        );
        return;
      case 'cancelTimer':
        this.#timers.get(effect.timer)?.cancel();
        this.#timers.delete(effect.timer);
        return;
      default:
        effect satisfies never;
    }
  }

  #move(direction: 'release' | 'secure'): void {
    try {
      if (direction === 'secure') this.#parts.hardware.secure('lock');
      else
        this.#parts.hardware.release({ kind: 'passage', forMs: this.#times().accessTimeMs, extended: false });
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'the door hardware refused';
      this.#refused = { direction, problem };
      this.#onFault(problem);
      return;
    }
    this.#released = direction === 'release';
    if (this.#released) this.#relayActivations += 1;
    if (this.#refused?.direction !== direction) return;
    // The hardware obeys again; a fault that it has reported since is for itself to end.
    if (this.#refused.problem === this.#fault) this.#onFault(undefined);
    this.#refused = undefined;
  }

  #onFault(problem: string | undefined): void {
    if (problem === this.#fault) return;
    const event: EventDraft =
      problem === undefined
        ? { type: 'DoorFaultEnded', severity: 'notice', door: this.id, problem: this.#fault ?? '' }
        : { type: 'DoorFault', severity: 'alarm', door: this.id, problem };
    this.#fault = problem;
    try {
      this.#parts.recorder.commit([event]);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      this.#parts.log.error({ door: this.id, fault: error.code }, 'a door fault could not be committed');
    }
  }
}
