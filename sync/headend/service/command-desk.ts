/** Denials, lockdowns and unlocks on their way to devices, and what became of each (PROTOCOL "Rules"). */
import { randomUUID } from 'node:crypto';
import { durations } from '../../protocol/limits.ts';
import type { Command, CommandResult, ReportState, SetDoorModeArgs } from '../../protocol/messages.ts';
import { HeadEndError } from '../head-end-error.ts';
import {
  type CommandRow,
  type LockdownState,
  lockdownTopic,
  type NewCommand,
} from '../store/command-store.ts';
import type { DeviceRow } from '../store/device-store.ts';
import { instantText, type Parts } from './parts.ts';

/** As the command's `args`, and through which device. */
export type SetDoorModeRequest = SetDoorModeArgs & { readonly device: string };

export interface UnlockRequest {
  readonly device: string;
  readonly door: string;
  readonly by: { readonly kind: 'resident' | 'guest' | 'staff'; readonly id: string };
  readonly extended?: boolean | undefined;
  /** The call for which it is. */
  readonly call?: string | undefined;
}

export interface AnswerRequest extends Pick<UnlockRequest, 'device' | 'by'> {
  readonly call: string;
}

export type CommandOutcome =
  | {
      readonly kind: 'result';
      readonly id: string;
      readonly outcome: string;
      readonly reason?: string;
      /** In the answer to `report`. */
      readonly state?: ReportState;
    }
  /** The device said nothing while the command lived; it may still have acted. */
  | { readonly kind: 'noAnswer'; readonly id: string };

/** After a command's end its result may still be on its way. */
const resultGraceMs = 2_000;
/** The next session or number may do better; any other refusal is final. */
const passing = new Set(['session', 'n', 'expired', 'life', 'future', 'noClock', 'aborted']);

const isFinal = ({ outcome }: CommandRow): boolean => outcome === 'done' || outcome === 'rejected';

export class CommandDesk {
  readonly #parts: Parts;
  readonly #waiting = new Map<string, (outcome: CommandOutcome) => void>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Opens a door through its device, on somebody's behalf; resolves with the device's answer.
   * @throws HeadEndError `deviceOffline` when the device has not said hello to this process.
   */
  unlock({ device, door, by, extended, call }: UnlockRequest): Promise<CommandOutcome> {
    const args = {
      door,
      ...(extended === undefined ? {} : { extended }),
      ...(call === undefined ? {} : { call }),
    };
    return this.#ask(device, this.#sessionCommand(device, 'unlock', args, { by, topic: null }));
  }

  /**
   * Answers a console's call on behalf of the called resident's app; resolves with the device's answer.
   * @throws HeadEndError `deviceOffline` when the device has not said hello to this process.
   */
  answer({ device, call, by }: AnswerRequest): Promise<CommandOutcome> {
    return this.#ask(device, this.#sessionCommand(device, 'answer', { call }, { by, topic: null }));
  }

  /**
   * Sets an operator's mode at a door through its device, until it is set again or until `until`; resolves with the answer.
   * @throws HeadEndError `deviceOffline` when the device has not said hello to this process.
   */
  setDoorMode({ device, door, mode, until }: SetDoorModeRequest): Promise<CommandOutcome> {
    const args = { door, mode, ...(until === undefined ? {} : { until }) };
    return this.#ask(device, this.#sessionCommand(device, 'setDoorMode', args, { topic: null }));
  }

  /**
   * Tells a device to wipe itself and end (`decommission`), to show itself in its log and events (`identify`), or to
   * say how it stands (`report`); resolves with its answer.
   * @throws HeadEndError `deviceOffline` when the device has not said hello to this process.
   */
  tell(device: string, op: 'decommission' | 'identify' | 'report'): Promise<CommandOutcome> {
    return this.#ask(device, this.#sessionCommand(device, op, {}, { topic: null }));
  }

  async #ask(device: string, command: CommandRow | undefined): Promise<CommandOutcome> {
    if (command === undefined) {
      throw new HeadEndError(
        'deviceOffline',
        `The device "${device}" is not connected to this head-end; check its network and the broker, then try again.`,
      );
    }
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      const timer = timers.after(durations.commandLifeMs + resultGraceMs, () =>
        finish({ kind: 'noAnswer', id: command.id }),
      );
      const finish = (outcome: CommandOutcome): void => {
        timer.cancel();
        this.#waiting.delete(command.id);
        resolve(outcome);
      };
      this.#waiting.set(command.id, finish);
      this.#send(command);
    });
  }

  /** Turns a scope on or off and tells every device that may be there. */
  lockdown(scope: string, on: boolean): LockdownState {
    const { store, clock } = this.#parts;
    const state = store.commands.setLockdown(scope, on, clock.now());
    for (const device of store.devices.all()) {
      if (on) this.sendDenials(device, 'unanswered');
      else this.sendLockdownsOff(device.id);
    }
    return state;
  }

  /** Sends what is in force against this device's older rows and doors; at a hello all of it, answered or not. */
  sendDenials(device: DeviceRow, which: 'all' | 'unanswered'): void {
    const { links, clock } = this.#parts;
    links.of(device.id).denialsSentAtMs = clock.monotonicMs();
    for (const command of this.#denialsInForce(device)) {
      if (which === 'all' || !isFinal(command)) this.#send(command);
    }
  }

  /** Turns off at this device what was turned off while it was away; a command of a session, not a denial. */
  sendLockdownsOff(id: string): void {
    const { store, clock } = this.#parts;
    for (const state of store.commands.lockdowns()) {
      if (state.on) continue;
      const topic = lockdownTopic(state);
      const last = store.commands.byTopic(id, topic);
      if (last?.outcome === 'done') continue;
      if (last?.outcome === 'rejected' && !passing.has(last.reason ?? '')) continue;
      const lives = last !== undefined && last.outcome === null && (last.expiresAt ?? 0) > clock.now();
      if (lives && last.session === this.#parts.links.of(id).session) this.#send(last);
      else {
        const { scope, counter } = state;
        const next = this.#sessionCommand(id, 'lockdown', { on: false, scope, counter }, { topic });
        if (next !== undefined) this.#send(next);
      }
    }
  }

  /** Resends every second what has no result yet; called several times a second. */
  remind(device: DeviceRow): void {
    const { links, clock } = this.#parts;
    const lastMs = links.of(device.id).denialsSentAtMs ?? Number.NEGATIVE_INFINITY;
    if (clock.monotonicMs() - lastMs < durations.denialResendMs) return;
    this.sendDenials(device, 'unanswered');
    this.sendLockdownsOff(device.id);
  }

  /** The device lost its event log and with it what it had seen: every denial is carried to it again. */
  forgetResults(device: string): void {
    this.#parts.store.commands.forgetDenialResults(device);
  }

  /** `anotherSession`: the device has just refused a command because it names none of its sessions. */
  result(device: string, { id, outcome, reason, state }: CommandResult): 'noted' | 'anotherSession' {
    const { store, clock, log } = this.#parts;
    const told = reason === undefined ? { id, outcome } : { id, outcome, reason };
    const isNew = store.commands.result(device, id, outcome, reason ?? null, clock.now());
    if (isNew) log('info', 'command result', { device, ...told });
    if (outcome !== 'accepted') {
      this.#waiting.get(id)?.({ kind: 'result', ...told, ...(state === undefined ? {} : { state }) });
    }
    return isNew && reason === 'session' ? 'anotherSession' : 'noted';
  }

  #denialsInForce(device: DeviceRow): readonly CommandRow[] {
    const { store } = this.#parts;
    const revokes = store.commands.ofDevice(device.id, 'revoke').filter(({ args }) => {
      const epoch = Number(args['epoch']);
      return device.epoch < epoch || (device.epoch === epoch && device.seq < Number(args['seq']));
    });
    const lockdowns = store.commands.lockdowns().filter(({ on }) => on);
    return [...revokes, ...lockdowns.map((state) => this.#lockdownOn(device.id, state))];
  }

  #lockdownOn(device: string, state: LockdownState): CommandRow {
    const { store, clock } = this.#parts;
    const topic = lockdownTopic(state);
    const known = store.commands.byTopic(device, topic);
    if (known !== undefined) return known;
    const { scope, counter } = state;
    return this.#add({
      id: randomUUID(),
      device,
      op: 'lockdown',
      args: { on: true, scope, counter },
      by: null,
      topic,
      session: null,
      n: null,
      issuedAt: clock.now(),
      expiresAt: null,
    });
  }

  #sessionCommand(
    device: string,
    op: string,
    args: Readonly<Record<string, unknown>>,
    { by = null, topic }: { readonly by?: UnlockRequest['by'] | null; readonly topic: string | null },
  ): CommandRow | undefined {
    const { store, clock, links } = this.#parts;
    const session = links.of(device).session;
    if (session === undefined) return undefined;
    const issuedAt = clock.now();
    return this.#add({
      id: randomUUID(),
      device,
      op,
      args,
      by: by === null ? null : { ...by },
      topic,
      session,
      n: store.devices.nextN(device, issuedAt),
      issuedAt,
      expiresAt: issuedAt + durations.commandLifeMs,
    });
  }

  #add(command: NewCommand): CommandRow {
    this.#parts.store.commands.add(command);
    return { ...command, outcome: null, reason: null };
  }

  #send({ id, device, session, n, op, args, by, issuedAt, expiresAt }: CommandRow): void {
    const payload: Command = {
      aud: device,
      id,
      ...(session === null ? {} : { session }),
      ...(n === null ? {} : { n }),
      op,
      args,
      ...(by === null ? {} : { by }),
      issuedAt: instantText(issuedAt),
      ...(expiresAt === null ? {} : { expiresAt: instantText(expiresAt) }),
    };
    this.#parts.post.signed(device, 'command', () => payload);
  }
}
