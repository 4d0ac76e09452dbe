/** Every upward message comes in here: checked, then handed to the desk that it is for. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { durations } from '../../protocol/limits.ts';
import { type Hello, type SignedUpName, Status, type UpPayload } from '../../protocol/messages.ts';
import { openUp } from '../../protocol/open-message.ts';
import { readStrictJson } from '../../protocol/strict-json.ts';
import { parseUpTopic } from '../../protocol/topics.ts';
import type { Cursor } from '../store/dataset-store.ts';
import type { DeviceRow } from '../store/device-store.ts';
import type { CommandDesk } from './command-desk.ts';
import type { Courier } from './courier.ts';
import { takeHello } from './device-links.ts';
import type { EventIntake } from './event-intake.ts';
import { instantText, type Parts } from './parts.ts';
import { RefusalLog } from './refusal-log.ts';

export interface Desks {
  readonly courier: Courier;
  readonly commands: CommandDesk;
  readonly events: EventIntake;
}

/** Epochs are Unix seconds (PROTOCOL "Rows"): one further ahead than this is nobody's, and the next could not follow it. */
const epochAheadS = 86_400;
/** One restored backup needs one new epoch for each device at most. */
const newEpochEveryMs = 10 * 60_000;

export class Reception {
  readonly #parts: Parts;
  readonly #desks: Desks;
  readonly #refusals: RefusalLog;
  readonly #keys = new Map<string, KeyObject>();

  constructor(parts: Parts, desks: Desks) {
    this.#parts = parts;
    this.#desks = desks;
    this.#refusals = new RefusalLog(parts.clock, parts.log);
  }

  /** Synchronous: what must be on disk before the PUBACK is there when it returns. */
  receive(topic: string, message: Uint8Array, retained: boolean): void {
    const address = parseUpTopic(topic);
    if (address === undefined) return;
    const { device: id, name } = address;
    const device = this.#parts.store.devices.get(id);
    if (device === undefined) {
      this.#refusals.refused(id, name, 'unknownDevice');
      return;
    }
    // Only a status rests at the broker; any other retained message is somebody's replay.
    if (name === 'status') this.#status(device, message);
    else if (!retained) this.#signed(name, device, message);
  }

  /** Asks a device of which this process knows no session to say hello (PROTOCOL "Conversation" 3). */
  invite(id: string): void {
    if (this.#parts.links.of(id).session === undefined) this.#askForHello(id);
  }

  /** At most once in 10 s. */
  #askForHello(id: string): void {
    const { links, clock } = this.#parts;
    const link = links.of(id);
    const now = clock.monotonicMs();
    if (link.invitedAtMs !== undefined && now - link.invitedAtMs < durations.helloAgainEveryMs) return;
    link.invitedAtMs = now;
    this.#welcome(id, null);
  }

  /** The device has said that it is gone, or is not known to be there: it has a while to be heard. */
  beginGrace(id: string): void {
    this.#parts.links.of(id).goneAtMs ??= this.#parts.clock.monotonicMs();
  }

  /** Takes a device for offline once its grace is over. */
  endGrace(device: DeviceRow): void {
    const { links, store, clock, log } = this.#parts;
    const link = links.of(device.id);
    if (link.goneAtMs === undefined || clock.monotonicMs() - link.goneAtMs < durations.offlineGraceMs) return;
    // First: a disk that refuses has it tried again.
    store.devices.presence(device.id, 'offline');
    delete link.goneAtMs;
    delete link.session;
    log('warn', 'device is offline', { device: device.id });
  }

  #signed(name: SignedUpName, device: DeviceRow, message: Uint8Array): void {
    const { courier, commands, events } = this.#desks;
    const { id } = device;
    switch (name) {
      case 'hello':
        this.#open('hello', device, message, (hello) => this.#hello(device, hello));
        return;
      case 'cursor':
        this.#open('cursor', device, message, (cursor) => {
          this.#heardCursor(id, cursor);
          courier.bringForward(id);
        });
        return;
      case 'request':
        this.#open('request', device, message, (request) => {
          // A device that asks for a snapshot may have lost rows: its digest then says nothing about our history.
          if (request.need === 'deltas') this.#heardCursor(id, request);
          courier.request(id, request);
        });
        return;
      case 'events':
        this.#open('events', device, message, (batch) => events.batch(id, batch));
        return;
      case 'result':
        this.#open('result', device, message, (result) => {
          // What we take for its session is another's: of a hello that came too late. Only a new one puts that right.
          if (commands.result(id, result) === 'anotherSession') this.#askForHello(id);
        });
        return;
      case 'ring':
        this.#open('ring', device, message, ({ call, state, resident }) =>
          // A cloud with apps rings them here; this one says so, and takes answers by its command line.
          this.#parts.log('info', `a call is ${state}`, {
            device: id,
            call,
            ...(resident === undefined ? {} : { resident }),
          }),
        );
        return;
      default:
        name satisfies never;
    }
  }

  #open<N extends SignedUpName>(
    name: N,
    device: DeviceRow,
    message: Uint8Array,
    use: (payload: UpPayload<N>) => void,
  ): void {
    const { id } = device;
    const opened = openUp(name, message, { id, key: this.#keyOf(device) });
    if (opened.kind === 'refused') {
      this.#refusals.refused(id, name, opened.reason);
      return;
    }
    const { store, clock, links } = this.#parts;
    store.devices.heard(id, clock.now());
    delete links.of(id).goneAtMs;
    if (name !== 'hello') this.invite(id);
    use(opened.payload);
  }

  /** Answers in the order of PROTOCOL "Conversation" 2. */
  #hello(before: DeviceRow, hello: Hello): void {
    const { store, links, keys, post, log } = this.#parts;
    const { courier, commands, events } = this.#desks;
    const { id } = before;
    const link = links.of(id);
    const isNew = link.session !== hello.session;
    if (!takeHello(link, hello)) {
      this.#refusals.refused(id, 'hello', 'replayed');
      return;
    }
    if (isNew) {
      log('info', 'device says hello', { device: id, software: hello.software, clock: hello.clockState });
    }
    // A device begins a new log when it has lost the old one, and never goes back to it.
    if (before.log !== hello.log && link.logs.has(hello.log)) {
      log('error', 'two devices use one identity: wipe one of them and enrol it anew', { device: id });
    }
    link.logs.add(hello.log);
    if (before.log !== null && before.log !== hello.log) commands.forgetResults(id);
    store.devices.hello(id, hello);
    this.#heardCursor(id, hello);

    if (hello.keyset > keys.n) {
      const wayOut = 'these keys are an older copy: "keys rotate" gives every console new ones';
      log('error', `a console has had a later keyset; ${wayOut}`, { device: id });
    }
    if (hello.keyset < keys.n) post.keyset(id);
    post.hasKeyset(id, keys.n);
    const device = store.devices.get(id) ?? before;
    commands.sendDenials(device, 'all');
    this.#welcome(id, hello.nonce);
    courier.startOver(id);
    courier.bringForward(id);
    events.hello(id, hello);
    commands.sendLockdownsOff(id);
  }

  #heardCursor(id: string, at: Cursor): void {
    const { store, clock, log, links } = this.#parts;
    const nowS = Math.floor(clock.now() / 1_000);
    // A device's stolen key must not push the building's epoch to where no other can follow.
    if (at.epoch > Math.max(store.dataset.cursor().epoch, nowS + epochAheadS)) {
      this.#refusals.refused(id, 'cursor', 'epochAhead');
      return;
    }
    if (this.#desks.courier.heardCursor(id, at) === 'ours') return;
    const link = links.of(id);
    const now = clock.monotonicMs();
    if (link.newEpochAtMs !== undefined && now - link.newEpochAtMs < newEpochEveryMs) {
      this.#refusals.refused(id, 'cursor', 'epochAgain');
      return;
    }
    link.newEpochAtMs = now;
    // This database is older than what the device holds: it was restored from a backup (PROTOCOL failure case 8).
    const { epoch } = store.dataset.startEpoch(Math.max(nowS, at.epoch + 1));
    log('warn', 'a device holds a dataset that is not in this database; a new epoch begins', {
      device: id,
      epoch,
    });
    this.#desks.courier.announce();
  }

  #welcome(id: string, nonce: string | null): void {
    const { store, clock, post } = this.#parts;
    const { epoch, seq } = store.dataset.cursor();
    post.signed(id, 'welcome', () => ({ aud: id, nonce, time: instantText(clock.now()), epoch, seq }));
  }

  /** Not signed, so it only says whether somebody is there, and only for the session that said hello. */
  #status({ id }: DeviceRow, message: Uint8Array): void {
    const json = readStrictJson(message);
    const status = Status.safeParse(json.kind === 'json' ? json.value : undefined);
    if (!status.success) {
      this.#refusals.refused(id, 'status', 'schema');
      return;
    }
    const link = this.#parts.links.of(id);
    // Of another session: its hello is on its way, and is repeated until it is answered; or its end is long past.
    if (status.data.session !== link.session) return;
    if (status.data.state === 'online') delete link.goneAtMs;
    else this.beginGrace(id);
  }

  #keyOf({ publicKey }: DeviceRow): KeyObject {
    const known = this.#keys.get(publicKey);
    if (known !== undefined) return known;
    const key = createPublicKey(publicKey);
    this.#keys.set(publicKey, key);
    return key;
  }
}
