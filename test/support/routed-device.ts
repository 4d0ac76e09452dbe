import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudEvents } from '../../controller/app/cloud-events.ts';
import { Recorder } from '../../controller/app/recorder.ts';
import { SystemClock } from '../../controller/app/system-clock.ts';
import type { CloudCommand } from '../../controller/ports/cloud.ts';
import type { SeenCommand } from '../../controller/ports/journal.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';
import { CommandInbox } from '../../sync/links/command-inbox.ts';
import { CursorReport } from '../../sync/links/cursor-report.ts';
import { DeltaInbox } from '../../sync/links/delta-inbox.ts';
import { DownRouter } from '../../sync/links/down-router.ts';
import { EventUplink } from '../../sync/links/event-uplink.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { Requester } from '../../sync/links/requester.ts';
import { SessionLine } from '../../sync/links/session-line.ts';
import { SnapshotLink } from '../../sync/links/snapshot-link.ts';
import { Trust } from '../../sync/links/trust.ts';
import { UpChannel } from '../../sync/links/up-channel.ts';
import { CloudDataset } from './cloud-dataset.ts';
import { type CloudKeys, cloudKeys } from './cloud-keys.ts';
import { HandTime } from './hand-time.ts';
import { fillIdentityFolder } from './identity-folder.ts';
import { area, cloudTime, deviceId } from './sync-stage.ts';

/**
 * The device's end with its real router, rules, keys, store and events, and no broker between it and the test: a
 * message has been worked on when `receive` returns. It has a dataset of its own and is in session.
 */
export class RoutedDevice implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'vestibule-routed-'));
  readonly keys: CloudKeys = cloudKeys();
  readonly time = new HandTime(cloudTime);
  readonly dataset = new CloudDataset();
  readonly executed: CloudCommand[] = [];
  /** What the link has warned of. */
  readonly warnings: string[] = [];
  /** What the device has asked the cloud for. */
  readonly requested: string[] = [];
  /** The nonce that awaits its welcome, and the session. */
  readonly asked = { session: '', nonce: '' };
  readonly store: Store;
  readonly #router: DownRouter;
  readonly #snapshots: SnapshotLink;
  readonly #trust: Trust;

  constructor() {
    const identityFolder = join(this.folder, 'identity');
    fillIdentityFolder(identityFolder, { device: deviceId, broker: 'mqtt://127.0.0.1:1', keys: this.keys });
    const read = loadIdentity(identityFolder);
    if (read.kind === 'refused') throw new Error(read.problem);
    const { identity } = read;
    this.store = openStore(this.folder, { now: () => cloudTime });
    const { replica, journal } = this.store;
    const { timers } = this.time;
    const warn = (_fields: object, message: string): void => void this.warnings.push(message);
    const log = { info: () => {}, warn, error: warn };
    const clock = new SystemClock(this.time, journal.clockFloor());
    const recorder = new Recorder(journal, clock);
    const listener = new CloudEvents({ journal, recorder, clock, timers, log, onLink: () => {} });
    const channel = new UpChannel({
      device: deviceId,
      deviceKey: identity.deviceKey,
      publish: (_topic, jws) => this.#published(jws),
    });
    const trust = new Trust(identity, clock, log);
    this.#trust = trust;
    const session = new SessionLine({
      clock,
      timers,
      sayHello: (id, nonce) => {
        this.asked.session = id;
        this.asked.nonce = nonce;
      },
      onWelcome: (welcome) => {
        trust.welcomed();
        listener.welcomed(welcome);
      },
    });
    const requests = new Requester(channel, replica, timers);
    const cursor = new CursorReport(channel, replica, timers);
    this.#snapshots = new SnapshotLink({ replica, listener, requests, cursor, timers, log });
    const executor = { execute: (command: CloudCommand) => this.#execute(command), doors: () => ({}) };
    const report = () => {
      throw new Error('nobody asks for a report here');
    };
    this.#router = new DownRouter({
      device: deviceId,
      listener,
      trust,
      session,
      deltas: new DeltaInbox({ replica, listener, requests, cursor }),
      snapshots: this.#snapshots,
      events: new EventUplink(channel, journal, timers),
      commands: new CommandInbox({ journal, clock, session, executor, channel, listener, report }),
      onRevoke: () => {},
    });
    replica.onChange(() => this.#snapshots.cursorMoved());
    for (const name of ['lobby', 'garage']) {
      replica.applyDelta(this.dataset.change(area(name, this.dataset.seq + 1)));
    }
    journal.commit(['{"type":"DoorMonitor"}', '{"type":"DoorMonitor"}']);
    session.begin();
    session.hello();
  }

  receive(name: string, message: Uint8Array | string, retained = false): void {
    this.receiveOn(`vestibule/v1/${deviceId}/down/${name}`, message, retained);
  }

  receiveOn(topic: string, message: Uint8Array | string, retained = false): void {
    this.#router.receive(topic, Buffer.from(message), retained);
  }

  /** What nothing but an honest message may change. */
  state(): object {
    const { replica, journal } = this.store;
    return {
      cursor: replica.cursor(),
      rows: replica.rowCount(),
      revocations: journal.revocations(),
      lockdowns: journal.lockdowns(),
      acked: journal.acked(),
      lastWelcomeAt: journal.lastWelcomeAt(),
      executed: this.executed.length,
      keyset: this.#trust.keyset,
      staged: replica.staged()?.manifest.snapshot,
    };
  }

  /** Types of the events since the beginning, security events with what they count. */
  events(): readonly string[] {
    return this.store.journal.after(2, 100_000).map(({ body }) => {
      const event = JSON.parse(body) as { type: string; message?: string; reason?: string };
      return [event.type, event.message, event.reason].filter(Boolean).join(' ');
    });
  }

  /** Lets a snapshot that is complete be swapped in, or refused. */
  async settle(): Promise<void> {
    this.time.pass(0);
    await this.#snapshots.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#snapshots.end();
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #published(jws: string): boolean {
    const [, payload = ''] = jws.split('.');
    const { need } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly need?: string };
    if (need !== undefined) this.requested.push(need);
    return true;
  }

  #execute(command: CloudCommand): SeenCommand {
    this.executed.push(command);
    const seen: SeenCommand = { id: command.id, outcome: 'done', at: cloudTime };
    this.store.journal.commit([], [{ kind: 'command', command: seen }]);
    return seen;
  }
}
