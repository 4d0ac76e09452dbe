import { MqttConnection, type MqttEndpoint } from '../links/mqtt-connection.ts';
import { upFilter } from '../protocol/topics.ts';
import type { RowToPublish } from './dataset/diff.ts';
import { type Published, publishRows } from './dataset/publish-rows.ts';
import { reinstate, revoke } from './dataset/revoke.ts';
import type { LiveKeys } from './keys/live-keys.ts';
import {
  type AnswerRequest,
  CommandDesk,
  type CommandOutcome,
  type SetDoorModeRequest,
  type UnlockRequest,
} from './service/command-desk.ts';
import { Courier } from './service/courier.ts';
import { DeviceLinks } from './service/device-links.ts';
import { EventIntake } from './service/event-intake.ts';
import { type Guard, guardedTimers, guardedWork } from './service/guarded-work.ts';
import type { Parts } from './service/parts.ts';
import { Post } from './service/post.ts';
import { Reception } from './service/reception.ts';
import type { LockdownState } from './store/command-store.ts';
import type { DeviceRow } from './store/device-store.ts';

/** How often the resending rules are looked at; their shortest time is a second. */
const remindEveryMs = 250;
/** How often it is seen whether signing keys are due: they have a year left then. */
const keysEveryMs = 3_600_000;

export interface HeadEndOptions extends Omit<Parts, 'links' | 'post' | 'keys'> {
  readonly keys: LiveKeys;
  readonly endpoint: MqttEndpoint;
  /** After events were committed and acknowledged. */
  readonly onEvents?: () => void;
}

/** The cloud's end of the protocol for one building. Constructed idle; `run` connects and owns what it starts. */
export class HeadEnd {
  readonly #parts: Parts;
  readonly #keys: LiveKeys;
  readonly #connection: MqttConnection;
  readonly #courier: Courier;
  readonly #commands: CommandDesk;
  readonly #reception: Reception;
  readonly #guard: Guard;

  constructor({ endpoint, onEvents = () => {}, ...given }: HeadEndOptions) {
    const post = new Post(
      (topic, payload) => this.#connection.publish(topic, payload, { qos: 1 }),
      given.keys,
    );
    this.#keys = given.keys;
    this.#guard = guardedWork(given.clock, given.log);
    const timers = guardedTimers(given.timers, this.#guard);
    this.#parts = { ...given, timers, links: new DeviceLinks(), post };
    this.#courier = new Courier(this.#parts);
    this.#commands = new CommandDesk(this.#parts);
    this.#reception = new Reception(this.#parts, {
      courier: this.#courier,
      commands: this.#commands,
      events: new EventIntake(this.#parts, { taken: onEvents, published: () => this.#courier.announce() }),
    });
    this.#connection = new MqttConnection({
      endpoint,
      filter: upFilter,
      timers,
      onMessage: (topic, payload, retained) => this.#reception.receive(topic, payload, retained),
      onUp: () => this.#up(endpoint.url),
      onRoom: () => post.drain(),
      onDown: (problem) => {
        post.clear();
        given.log('warn', 'not connected to the broker', { problem });
      },
    });
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  /** Serves until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, timers } = this.#parts;
    store.devices.forgetPresence();
    let timer: { cancel(): void };
    const remind = (): void => {
      timer = timers.after(remindEveryMs, remind);
      if (this.#connection.connected) this.#remind();
    };
    timer = timers.after(remindEveryMs, remind);
    let keyTimer: { cancel(): void };
    const renewKeys = (): void => {
      keyTimer = timers.after(keysEveryMs, renewKeys);
      if (this.#keys.renew()) this.#announceKeys();
    };
    keyTimer = timers.after(keysEveryMs, renewKeys);
    try {
      await this.#connection.run(signal);
    } finally {
      timer.cancel();
      keyTimer.cancel();
      await this.#courier.close();
    }
  }

  /** @throws HeadEndError as `publishRows`. */
  publish(rows: readonly RowToPublish[]): Published {
    const published = publishRows(this.#parts.store, rows);
    this.#courier.announce();
    return published;
  }

  /** @throws HeadEndError as `revoke`. */
  revoke(table: string, id: string): Published {
    const { store, clock } = this.#parts;
    const published = revoke(store, table, id, clock.now());
    for (const device of store.devices.all()) this.#commands.sendDenials(device, 'unanswered');
    // The denial leaves first: making the delta, which says the same, would hold it up.
    process.nextTick(() => this.#guard(() => this.#courier.announce()));
    return published;
  }

  /** @throws HeadEndError as `reinstate`. */
  reinstate(table: string, id: string): Published {
    const published = reinstate(this.#parts.store, table, id);
    this.#courier.announce();
    return published;
  }

  lockdown(scope: string, on: boolean): LockdownState {
    return this.#commands.lockdown(scope, on);
  }

  /** @throws HeadEndError `deviceOffline`. */
  unlock(request: UnlockRequest): Promise<CommandOutcome> {
    return this.#commands.unlock(request);
  }

  /** @throws HeadEndError `deviceOffline`. */
  answer(request: AnswerRequest): Promise<CommandOutcome> {
    return this.#commands.answer(request);
  }

  /** @throws HeadEndError `deviceOffline`. */
  setDoorMode(request: SetDoorModeRequest): Promise<CommandOutcome> {
    return this.#commands.setDoorMode(request);
  }

  /** @throws HeadEndError `deviceOffline`. */
  tell(device: string, op: 'decommission' | 'identify' | 'report'): Promise<CommandOutcome> {
    return this.#commands.tell(device, op);
  }

  /** Replaces the signing keys. @throws HeadEndError `badState`. */
  rotateKeys(old: { readonly dropOld: boolean }): { readonly n: number } {
    this.#keys.rotate(old);
    this.#announceKeys();
    return { n: this.#keys.n };
  }

  /** Who is away gets the keyset at its next hello, before anything that the new keys sign. */
  #announceKeys(): void {
    const { store, post, log } = this.#parts;
    log('info', 'new keys sign from now on', { keyset: this.#keys.n });
    for (const { id } of store.devices.all()) post.keyset(id);
  }

  #up(url: string): void {
    this.#parts.log('info', 'connected to the broker', { broker: new URL(url).host });
    for (const device of this.#parts.store.devices.all()) {
      this.#reception.invite(device.id);
      if (device.presence === 'unknown') this.#reception.beginGrace(device.id);
    }
  }

  #remind(): void {
    for (const device of this.#parts.store.devices.all()) this.#guard(() => this.#remindDevice(device));
  }

  #remindDevice(device: DeviceRow): void {
    this.#reception.endGrace(device);
    // Who is not there gets everything at its next hello.
    if (device.presence === 'offline') return;
    this.#reception.invite(device.id);
    this.#commands.remind(device);
    this.#courier.remind(device);
  }
}
