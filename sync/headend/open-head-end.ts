import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Timers } from '../../controller/ports/clock.ts';
import type { MqttEndpoint } from '../links/mqtt-connection.ts';
import { type BuildingSource, readSource } from './building-source.ts';
import { consoleChanges } from './dataset/guess-share.ts';
import { commitChanges, type Published, publishRows } from './dataset/publish-rows.ts';
import { reinstate, revoke } from './dataset/revoke.ts';
import { authorityFiles } from './enrolment/authority-files.ts';
import { checkEnrolmentUrl } from './enrolment/enrolment-url.ts';
import type { Enrolment } from './enrolment/open-enrolment.ts';
import type { HeadEnd } from './head-end.ts';
import { HeadEndError } from './head-end-error.ts';
import { writeIdentityFolder } from './keys/identity-folder.ts';
import { siteKeyOf } from './keys/key-files.ts';
import { type LiveKeys, liveKeys } from './keys/live-keys.ts';
import { makePrivateFolder } from './keys/secret-file.ts';
import { stateReadme } from './keys/state-readme.ts';
import { checkNewDevice, headEndName } from './names.ts';
import type { CommandOutcome, UnlockRequest } from './service/command-desk.ts';
import type { HeadEndClock, HeadEndLog } from './service/parts.ts';
import type { LockdownState } from './store/command-store.ts';
import { databaseFile, type HeadEndStore, openStore } from './store/open-store.ts';

export interface OpenHeadEndOptions {
  /** Made with its database when it is not there. */
  readonly stateDir: string;
  readonly clock?: HeadEndClock;
  readonly timers?: Timers;
  readonly log?: HeadEndLog;
}

export interface HeadEndBroker {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  /** Absent for `mqtts:`: certificates of the building's own CA. */
  readonly tls?: MqttEndpoint['tls'];
  /** `https://host[:port]` of the enrolment service, as devices reach it; absent: none is served. */
  readonly enrolment?: string;
}

/** What people ask of a head-end, whether it serves devices in this process or only keeps the books. */
export interface HeadEndDesk {
  publish(rows: Parameters<typeof publishRows>[1]): Published;
  revoke(table: string, id: string): Published;
  reinstate(table: string, id: string): Published;
  lockdown(scope: string, on: boolean): LockdownState;
  unlock(request: UnlockRequest): Promise<CommandOutcome>;
  answer: HeadEnd['answer'];
  setDoorMode: HeadEnd['setDoorMode'];
  tell: HeadEnd['tell'];
  rotateKeys(old: { readonly dropOld: boolean }): { readonly n: number };
  /** Whether the broker is reached. */
  readonly connected: boolean;
}

const realClock: HeadEndClock = { now: () => Date.now(), monotonicMs: () => performance.now() };
const realTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** @throws EACCES when this user may not look, which is no absence. */
export const stateExists = (stateDir: string): boolean =>
  statSync(databaseFile(stateDir), { throwIfNoEntry: false }) !== undefined;

/**
 * One building's head-end in a state folder. Without `run` it keeps the books; devices get what was published or
 * revoked once it serves them.
 */
export function openHeadEnd(options: OpenHeadEndOptions): OpenHeadEnd {
  const { stateDir } = options;
  if (!stateExists(stateDir)) {
    makePrivateFolder(stateDir);
    writeFileSync(join(stateDir, 'README.txt'), stateReadme, { mode: 0o600 });
  }
  const clock = options.clock ?? realClock;
  return new OpenHeadEnd({ ...options, clock, store: openStore(stateDir, clock.now()) });
}

export class OpenHeadEnd {
  readonly store: HeadEndStore;
  readonly stateDir: string;
  readonly #clock: HeadEndClock;
  readonly #timers: Timers;
  readonly #log: HeadEndLog;
  #serving: HeadEnd | undefined;
  #liveKeys: LiveKeys | undefined;

  constructor({
    stateDir,
    store,
    clock = realClock,
    timers = realTimers,
    log = () => {},
  }: OpenHeadEndOptions & { readonly store: HeadEndStore }) {
    this.stateDir = stateDir;
    this.store = store;
    this.#clock = clock;
    this.#timers = timers;
    this.#log = log;
  }

  /** Reads a building file against what is published, codes already hashed. */
  read(text: string, fileName: string): BuildingSource {
    return readSource(this.store, siteKeyOf(this.stateDir), text, fileName);
  }

  /** @throws HeadEndError as `publishRows`. */
  publishFile(text: string, fileName: string): Exclude<BuildingSource, { kind: 'rows' }> | Published {
    const source = this.read(text, fileName);
    return source.kind === 'refused' ? source : this.desk.publish(source.rows);
  }

  /** The serving head-end if `run` is under way, else the books alone. */
  get desk(): HeadEndDesk {
    return this.#serving ?? this.#books;
  }

  readonly #books: HeadEndDesk = {
    connected: false,
    publish: (rows) => publishRows(this.store, rows),
    revoke: (table, id) => revoke(this.store, table, id, this.#clock.now()),
    reinstate: (table, id) => reinstate(this.store, table, id),
    lockdown: (scope, on) => this.store.commands.setLockdown(scope, on, this.#clock.now()),
    rotateKeys: (old) => {
      this.#keys().rotate(old);
      return { n: this.#keys().n };
    },
    unlock: notRunning,
    answer: notRunning,
    setDoorMode: notRunning,
    tell: notRunning,
  };

  /**
   * Adds a device and fills its identity folder (DESIGN section 9). An existing device gets a new key with
   * `replaceKey`, for a device whose folder was lost: the certificates of the old one are revoked.
   * @returns whether there were any, so that the revocation list has to be written
   * @throws HeadEndError `noBuilding`, `badInput` or `deviceExists`.
   */
  addDevice(id: string, outDir: string, broker: string, { replaceKey = false } = {}): boolean {
    checkNewDevice(id);
    checkBroker(broker);
    if (this.store.devices.get(id) !== undefined && !replaceKey) {
      throw new HeadEndError(
        'deviceExists',
        `The device "${id}" exists already; choose another id, or give it a new key with --replace-key.`,
      );
    }
    const now = this.#clock.now();
    const identity = {
      device: id,
      building: this.#building(),
      broker,
      enrolledAt: new Date(now).toISOString(),
    };
    const publicKey = writeIdentityFolder(outDir, identity, this.#keys());
    return this.store.transact(() => {
      this.store.devices.put(id, publicKey, now);
      commitChanges(this.store, consoleChanges(this.store));
      return this.store.enrolment.revokeAll(id, now) > 0;
    });
  }

  /**
   * Serves devices through a broker, and this machine's `vestibule-headend` commands through the control socket,
   * until `signal` aborts.
   * @throws HeadEndError `noBuilding`, `badInput` for a broker's URL, `alreadyRunning`.
   */
  async run({ url, tls, enrolment }: HeadEndBroker, signal: AbortSignal): Promise<void> {
    checkBroker(url);
    if (enrolment !== undefined) checkEnrolmentUrl(enrolment);
    const clientId = headEndName(this.#building());
    const endpointTls =
      tls ?? (url.startsWith('mqtts:') ? await (await this.enrolment()).tlsFor(clientId) : undefined);
    // MQTT takes a quarter of the time in which an order to the books is done: only who serves waits for it.
    const { HeadEnd } = await import('./head-end.ts');
    const { serveControl } = await import('./control/server.ts');
    const headEnd = new HeadEnd({
      store: this.store,
      keys: this.#keys(),
      clock: this.#clock,
      timers: this.#timers,
      log: this.#log,
      endpoint: { url, clientId, ...(endpointTls === undefined ? {} : { tls: endpointTls }) },
    });
    const served = { broker: url, ...(enrolment === undefined ? {} : { enrolment }) };
    const control = await serveControl(this.stateDir, headEnd, served, this.#log);
    this.#serving = headEnd;
    try {
      await this.#completeRevocationList().catch((error: unknown) => {
        // A building without certificates is served, whatever became of its CA.
        if (!(error instanceof HeadEndError)) throw error;
        this.#log('warn', 'the revocation list could not be looked at', { problem: error.message });
      });
      const service = enrolment === undefined ? undefined : await (await this.enrolment()).serve(enrolment);
      try {
        await headEnd.run(signal);
      } finally {
        await service?.close();
      }
    } finally {
      this.#serving = undefined;
      await control.close();
    }
  }

  /** What a write that failed, or a process that was killed before it, has left out of the list is made good here. */
  async #completeRevocationList(): Promise<void> {
    if (!existsSync(authorityFiles(this.stateDir).authority)) return;
    const { listProblem } = await import('./enrolment/list-problem.ts');
    const written = await (await this.enrolment()).list.write();
    const problem = listProblem(written);
    const { folder } = written;
    if (problem !== undefined) {
      this.#log('warn', 'the revocation list is not where it belongs', { folder, problem });
    } else if (written.kind === 'written' && written.changed && folder !== undefined) {
      this.#log('warn', 'the revocation list was behind: let the broker reload it', { folder });
    }
  }

  /** Pairings, confirmations and certificates. @throws HeadEndError `noBuilding`, `badState`. */
  async enrolment(): Promise<Enrolment> {
    // X.509 and JOSE take a third of a second to load: only what is about certificates waits for them.
    const { openEnrolment } = await import('./enrolment/open-enrolment.ts');
    return openEnrolment({
      store: this.store,
      stateDir: this.stateDir,
      building: this.#building(),
      keys: this.#keys(),
      clock: this.#clock,
      log: this.#log,
    });
  }

  close(): void {
    this.store.close();
  }

  #building(): string {
    const building = this.store.dataset.building();
    if (building !== undefined) return building;
    throw new HeadEndError(
      'noBuilding',
      'No building has been published here yet; begin with: vestibule-headend publish building.yaml',
    );
  }

  /** One for all: what is made anew is new for everybody who holds it. */
  #keys(): LiveKeys {
    this.#liveKeys ??= liveKeys(this.stateDir, this.#building(), () => Math.floor(this.#clock.now() / 1_000));
    return this.#liveKeys;
  }
}

function notRunning(): never {
  throw new HeadEndError('notRunning', 'The head-end is not running; start it with: vestibule-headend run');
}

function checkBroker(url: string): void {
  if (URL.canParse(url) && ['mqtt:', 'mqtts:'].includes(new URL(url).protocol)) return;
  throw new HeadEndError(
    'badInput',
    'The broker must be a URL like mqtt://broker.example:1883 or mqtts://broker.example:8883.',
  );
}
