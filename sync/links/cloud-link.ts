import type { AppRing, RingNews } from '../../controller/ports/app-ring.ts';
import type { Clock, Timers } from '../../controller/ports/clock.ts';
import type { CloudListener, CommandExecutor } from '../../controller/ports/cloud.ts';
import { type Journal, StorageFault } from '../../controller/ports/journal.ts';
import type { Replica } from '../../controller/ports/replica.ts';
import { spentRevocations } from '../plan/spent-revocations.ts';
import type { ReportState } from '../protocol/messages.ts';
import { downFilter, upTopic } from '../protocol/topics.ts';
import { CommandInbox } from './command-inbox.ts';
import { CursorReport } from './cursor-report.ts';
import { DeltaInbox } from './delta-inbox.ts';
import { DownRouter } from './down-router.ts';
import { EventUplink } from './event-uplink.ts';
import { guardedTimers } from './guarded-timers.ts';
import { type Identity, tlsInForce } from './identity.ts';
import type { LinkLog } from './link-log.ts';
import { MqttConnection, type MqttEndpoint } from './mqtt-connection.ts';
import { Requester } from './requester.ts';
import { SessionLine } from './session-line.ts';
import { SnapshotLink } from './snapshot-link.ts';
import { Trust } from './trust.ts';
import { UpChannel } from './up-channel.ts';

export interface CloudLinkParts {
  readonly identity: Identity;
  readonly replica: Replica;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly executor: CommandExecutor;
  /** Sets the clock and keeps the floor when it is `welcomed`; counts refused messages. */
  readonly listener: CloudListener;
  /** Name and version, for hello. */
  readonly software: string;
  readonly log: LinkLog;
  /** For the jitter of reconnects; 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

/** The device's end of the sync protocol (PROTOCOL.md): joins its parts, and begins and ends their conversations. */
export class CloudLink implements AppRing {
  readonly #parts: CloudLinkParts;
  readonly #connection: MqttConnection;
  readonly #trust: Trust;
  readonly #channel: UpChannel;
  readonly #session: SessionLine;
  readonly #cursor: CursorReport;
  readonly #requests: Requester;
  readonly #snapshots: SnapshotLink;
  readonly #events: EventUplink;
  readonly #commands: CommandInbox;
  readonly #router: DownRouter;
  /** The disk was full at the last message that needed it. */
  #full = false;

  constructor(parts: CloudLinkParts) {
    this.#parts = parts;
    const { identity, replica, journal, clock, executor, listener, log, random } = parts;
    const timers = guardedTimers(parts.timers, log);
    const { device, deviceKey } = identity;
    this.#connection = new MqttConnection({
      endpoint: () => this.#endpoint(),
      filter: downFilter(device),
      onMessage: (topic, payload, retained) => this.#receive(topic, payload, retained),
      onUp: () => this.#up(),
      onDown: (problem) => this.#down(problem),
      timers,
      ...(random === undefined ? {} : { random }),
    });
    const publish = this.#connection.publish.bind(this.#connection);
    const channel = new UpChannel({ device, deviceKey, publish });
    this.#channel = channel;
    this.#trust = new Trust(identity, clock, log);
    this.#session = new SessionLine({
      clock,
      timers,
      sayHello: (session, nonce) => this.#sayHello(session, nonce),
      onWelcome: (welcome) => {
        this.#trust.welcomed();
        listener.welcomed(welcome);
        listener.linkChanged({ connected: true, session: welcome.session, ...this.#contested() });
        this.#requests.welcomed();
        this.#events.welcomed();
      },
    });
    const cursor = new CursorReport(channel, replica, timers);
    const requests = new Requester(channel, replica, timers);
    this.#cursor = cursor;
    this.#requests = requests;
    this.#snapshots = new SnapshotLink({ replica, listener, requests, cursor, timers, log });
    this.#events = new EventUplink(channel, journal, timers);
    this.#commands = new CommandInbox({
      journal,
      clock,
      session: this.#session,
      executor,
      channel,
      listener,
      report: () => this.#report(),
    });
    this.#router = new DownRouter({
      device,
      listener,
      trust: this.#trust,
      session: this.#session,
      deltas: new DeltaInbox({ replica, listener, requests, cursor }),
      snapshots: this.#snapshots,
      events: this.#events,
      commands: this.#commands,
      onRevoke: () => this.#dropSpentRevocations(),
    });
  }

  /** Keeps the device in step with the cloud until `signal` aborts, then says `offline` and disconnects. */
  async run(signal: AbortSignal): Promise<void> {
    const { replica, journal, listener } = this.#parts;
    this.#takeStock();
    const forget = [
      replica.onChange(() => this.#cursorMoved()),
      journal.onAppend(() => this.#events.appended()),
    ];
    const disconnecting = new AbortController();
    const end = (): void => {
      this.#channel.status('offline', this.#session.id);
      disconnecting.abort();
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    await this.#connection.run(disconnecting.signal);
    for (const unsubscribe of forget) unsubscribe();
    this.#rest();
    await this.#snapshots.end();
    listener.linkChanged({ connected: false });
  }

  /** Only while the cloud listens: an app that rings late rings for nobody. */
  tell({ call, state, resident }: RingNews): void {
    if (this.#session.commands().session === undefined) return;
    const at = new Date(this.#parts.clock.reading().now).toISOString();
    this.#channel.send('ring', { call, state, at, ...(resident === undefined ? {} : { resident }) });
  }

  /** What a crash may have left (PROTOCOL "Anti-entropy"; failure cases 3 and 17). */
  #takeStock(): void {
    const { replica, log } = this.#parts;
    try {
      this.#commands.abortUnfinished();
      this.#snapshots.resume();
      if (!replica.verify() && this.#requests.outstanding === undefined) {
        log.warn({}, 'the rows do not add up to their digest');
        this.#requests.ask({ need: 'snapshot' });
      }
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      log.warn({ fault: error.code }, 'the disk refused the cloud link');
    }
  }

  /**
   * What a full disk has no room for is discarded: nothing has changed, the cursor fetches it again, and the cloud repeats
   * a denial until its result (PROTOCOL invariant 6). A new connection would only bring it to the same disk.
   */
  #receive(topic: string, payload: Uint8Array, retained: boolean): void {
    try {
      this.#router.receive(topic, payload, retained);
    } catch (error) {
      if (!(error instanceof StorageFault) || error.code !== 'diskFull') throw error;
      if (!this.#full)
        this.#parts.log.warn({ fault: error.code }, 'the disk has no room for what the cloud sends');
      this.#full = true;
    }
  }

  #endpoint(): MqttEndpoint {
    const { identity } = this.#parts;
    const { device, brokerUrl } = identity;
    const tls = tlsInForce(identity);
    const payload = JSON.stringify({ state: 'offline', session: this.#session.begin() });
    return {
      url: brokerUrl,
      clientId: device,
      will: { topic: upTopic(device, 'status'), payload, retain: true },
      ...(tls === undefined ? {} : { tls }),
    };
  }

  #up(): void {
    this.#channel.status('online', this.#session.id);
    this.#session.hello();
    this.#commands.reportAborted();
    this.#requests.again();
    this.#events.start();
    this.#parts.listener.linkChanged({ connected: true, ...this.#contested() });
  }

  #down(problem: string): void {
    this.#rest();
    this.#parts.listener.linkChanged({ connected: false, problem, ...this.#contested() });
  }

  #contested(): { readonly contested?: true } {
    return this.#connection.contested ? { contested: true } : {};
  }

  #rest(): void {
    this.#session.end();
    this.#requests.stop();
    this.#cursor.stop();
    this.#events.stop();
  }

  #sayHello(session: string, nonce: string): void {
    const { replica, journal, clock, software } = this.#parts;
    const { epoch, seq, digest } = replica.cursor();
    this.#channel.send('hello', {
      session,
      nonce,
      boot: clock.boot,
      log: journal.log,
      epoch,
      seq,
      digest,
      eventHead: journal.head().seq,
      eventAcked: journal.acked(),
      keyset: this.#trust.keyset,
      clockState: clock.reading().state,
      software,
    });
  }

  #report(): ReportState {
    const { replica, journal, clock, executor } = this.#parts;
    return {
      ...replica.cursor(),
      rows: replica.rowCount(),
      keyset: this.#trust.keyset,
      eventHead: journal.head().seq,
      eventAcked: journal.acked(),
      denials: journal.revocations().length,
      lockdowns: [...journal.lockdowns()],
      doors: executor.doors(),
      clockState: clock.reading().state,
    };
  }

  #cursorMoved(): void {
    this.#full = false;
    this.#snapshots.cursorMoved();
    this.#cursor.tell();
    this.#dropSpentRevocations();
  }

  #dropSpentRevocations(): void {
    const { replica, journal } = this.#parts;
    const held = journal.revocations();
    if (held.length === 0) return;
    const revocations = spentRevocations(replica.cursor(), held, (table, id) =>
      replica.rowVersion(table, id),
    );
    if (revocations.length > 0) journal.commit([], [{ kind: 'dropRevocations', revocations }]);
  }
}
