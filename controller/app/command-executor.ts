import type { AccessRequest } from '../core/access/decision.ts';
import type { Clock } from '../ports/clock.ts';
import type { CloudCommand, CommandExecutor, DoorReport } from '../ports/cloud.ts';
import type { EventDraft } from '../ports/events.ts';
import type { Journal, JournalChange, SeenCommand } from '../ports/journal.ts';
import type { CallRuntime } from './call-runtime.ts';
import type { Doors } from './doors.ts';
import type { Log } from './log.ts';
import type { Recorder } from './recorder.ts';

type Unlock = Extract<CloudCommand, { op: 'unlock' }>;
type Answer = Extract<CloudCommand, { op: 'answer' }>;
type Revoke = Extract<CloudCommand, { op: 'revoke' }>;
type SetDoorMode = Extract<CloudCommand, { op: 'setDoorMode' }>;
type Decommission = Extract<CloudCommand, { op: 'decommission' }>;
type SetLockdown = Extract<CloudCommand, { op: 'lockdown' }>;

/**
 * Carries out the cloud's commands, each at most once: `seen` and the event are one transaction, made before
 * anything acts. The caller has looked the id up before.
 */
export class CloudCommands implements CommandExecutor {
  readonly #doors: Doors;
  readonly #journal: Journal;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #calls: CallRuntime | undefined;
  readonly #onModeSet: () => void;
  readonly #decommission: () => void;

  constructor(parts: {
    readonly doors: Doors;
    readonly journal: Journal;
    readonly recorder: Recorder;
    readonly clock: Clock;
    readonly log: Log;
    /** Absent: this console places no calls. */
    readonly calls: CallRuntime | undefined;
    /** An operator's mode is in the journal: what follows from it is to be computed. */
    readonly onModeSet: () => void;
    /** From its return on the device is not enrolled, also after a power cut; it ends as soon as it can. */
    readonly decommission: () => void;
  }) {
    this.#doors = parts.doors;
    this.#journal = parts.journal;
    this.#recorder = parts.recorder;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#calls = parts.calls;
    this.#onModeSet = parts.onModeSet;
    this.#decommission = parts.decommission;
  }

  /** @throws StorageFault when the disk refuses; nothing has happened then and the command may come again. */
  execute(command: CloudCommand): SeenCommand {
    switch (command.op) {
      case 'unlock':
        return this.#unlock(command);
      case 'answer':
        return this.#answer(command);
      case 'revoke':
        return this.#revoke(command);
      case 'lockdown':
        return this.#lockdown(command);
      case 'setDoorMode':
        return this.#setDoorMode(command);
      case 'identify':
        return this.#identify(command.id);
      case 'report':
        return this.#finish(this.#seen(command.id, 'done'));
      case 'decommission':
        return this.#leave(command);
      default:
        return command satisfies never;
    }
  }

  doors(): Readonly<Record<string, DoorReport>> {
    return Object.fromEntries(
      this.#doors.all().map((door) => {
        const { mode, relayActivations } = door.status();
        return [door.id, { mode, relayActivations }];
      }),
    );
  }

  #unlock({ id, door, extended, by, call }: Unlock): SeenCommand {
    const runtime = this.#doors.get(door);
    if (runtime === undefined) return this.#finish(this.#seen(id, 'rejected', 'badArguments'));
    const inCall = call === undefined ? {} : { call };
    const request: AccessRequest = { kind: 'command', command: id, by, door, extended, ...inCall };
    const asked = { door, accessPoint: 'cloud', command: id, ...inCall };
    const outcome = runtime.request(request, asked, {
      changes: [{ kind: 'command', command: this.#seen(id, 'accepted') }],
    });
    if (outcome.kind === 'fault') return this.#finish(this.#seen(id, 'failed', outcome.reason));
    const { decision } = outcome;
    if (decision.outcome === 'grant' && call !== undefined) this.#calls?.openedInApp(call, by, door);
    return this.#finish(
      decision.outcome === 'grant' ? this.#seen(id, 'done') : this.#seen(id, 'rejected', decision.reason),
    );
  }

  #answer({ id, call, by }: Answer): SeenCommand {
    this.#finish(this.#seen(id, 'accepted'));
    const refused = this.#calls === undefined ? 'noSuchCall' : this.#calls.answerInApp(call, by);
    return this.#finish(refused === undefined ? this.#seen(id, 'done') : this.#seen(id, 'rejected', refused));
  }

  #revoke({ id, revocation }: Revoke): SeenCommand {
    const done = this.#seen(id, 'done');
    const { table, id: row, maxVersion } = revocation;
    this.#commit(
      { type: 'Revoked', severity: 'notice', table, id: row, maxVersion, command: id },
      { kind: 'revocation', revocation },
      done,
    );
    return done;
  }

  #lockdown({ id, lockdown }: SetLockdown): SeenCommand {
    const stored = this.#journal.lockdowns().find(({ scope }) => scope === lockdown.scope);
    const done = this.#seen(id, 'done');
    if (stored !== undefined && stored.counter >= lockdown.counter) return this.#finish(done);
    const event: EventDraft = { type: 'LockdownChanged', severity: 'alarm', command: id, ...lockdown };
    this.#commit(event, { kind: 'lockdown', lockdown }, done);
    this.#doors.applyCauses('lockdown');
    return done;
  }

  #setDoorMode({ id, door, mode, until, by }: SetDoorMode): SeenCommand {
    const isLate = until !== undefined && until <= this.#clock.reading().now;
    if (this.#doors.get(door) === undefined || isLate)
      return this.#finish(this.#seen(id, 'rejected', 'badArguments'));
    const refused = this.#doors.refusesOperator(door, by);
    if (refused !== undefined) return this.#finish(this.#seen(id, 'rejected', refused));
    const done = this.#seen(id, 'done');
    const end = until === undefined ? {} : { until };
    this.#commit(
      {
        ...{ type: 'OperatorModeSet', severity: 'notice', door, mode, command: id },
        ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
        ...(by === undefined ? {} : { subject: by }),
      },
      { kind: 'operatorMode', setting: mode === 'normal' ? { door } : { door, mode, ...end } },
      done,
    );
    this.#onModeSet();
    return done;
  }

  #identify(id: string): SeenCommand {
    const done = this.#seen(id, 'done');
    this.#recorder.commit(
      [{ type: 'Identified', severity: 'notice', command: id }],
      [{ kind: 'command', command: done }],
    );
    this.#log.info({ command: id }, 'the head-end asks which console this is: this one');
    return done;
  }

  #leave({ id }: Decommission): SeenCommand {
    this.#recorder.commit(
      [{ type: 'Decommissioned', severity: 'notice', command: id }],
      [{ kind: 'command', command: this.#seen(id, 'accepted') }],
    );
    this.#decommission();
    return this.#finish(this.#seen(id, 'done'));
  }

  #seen(id: string, outcome: SeenCommand['outcome'], reason?: string): SeenCommand {
    const at = this.#clock.reading().now;
    return { id, outcome, at, ...(reason === undefined ? {} : { reason }) };
  }

  #commit(event: EventDraft, change: JournalChange, command: SeenCommand): void {
    this.#recorder.commit([event], [change, { kind: 'command', command }]);
  }

  #finish(command: SeenCommand): SeenCommand {
    this.#recorder.commit([], [{ kind: 'command', command }]);
    return command;
  }
}
