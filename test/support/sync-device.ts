import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../controller/app/system-clock.ts';
import type { CloudCommand, CloudListener, LinkState } from '../../controller/ports/cloud.ts';
import type { Journal, JournalChange, SeenCommand } from '../../controller/ports/journal.ts';
import { openStore, type Store } from '../../controller/store/open-store.ts';
import { CloudLink } from '../../sync/links/cloud-link.ts';
import { type Identity, loadIdentity } from '../../sync/links/identity.ts';
import { Inbox } from './inbox.ts';
import { fastTimers } from './timers.ts';

type Told =
  | { readonly kind: 'link'; readonly state: LinkState }
  | { readonly kind: 'welcomed'; readonly session: string; readonly time: number }
  | { readonly kind: 'rowsRefused'; readonly ids: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string; readonly reason: string };

/**
 * A device of a test: real link, store and clock over a state folder that outlives `stop`, with an executor that
 * commits as the controller's does and keeps a list of what it carried out.
 */
export class SyncDevice implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'vestibule-device-'));
  readonly identityFolder = join(this.folder, 'identity');
  readonly told = new Inbox<Told>();
  readonly executed: CloudCommand[] = [];
  /** The monotonic clock, which stands still unless a test moves it or gives another. */
  monotonicMs = 0;
  monotonic = (): number => this.monotonicMs;
  /** Thrown by the next command, once: a disk that refuses for a moment. */
  fault: Error | undefined;
  /** How much faster than real ones the link's timers run. */
  speed = 10;
  /** The outcome of the next unlocks. */
  unlockOutcome: Pick<SeenCommand, 'outcome' | 'reason'> = { outcome: 'done' };
  #running:
    | { readonly store: Store; readonly stop: () => Promise<void>; readonly clock: SystemClock }
    | undefined;

  get store(): Store {
    return this.#now.store;
  }

  get journal(): Journal {
    return this.store.journal;
  }

  get clock(): SystemClock {
    return this.#now.clock;
  }

  get #now() {
    if (this.#running === undefined) throw new Error('the device is not running');
    return this.#running;
  }

  identity(): Identity {
    const outcome = loadIdentity(this.identityFolder);
    if (outcome.kind === 'refused') throw new Error(outcome.problem);
    return outcome.identity;
  }

  start(): void {
    const store = openStore(this.folder, { now: Date.now });
    const { replica, journal } = store;
    const source = { rtc: () => 0, monotonicMs: () => this.monotonic() };
    const clock = new SystemClock(source, journal.clockFloor());
    const link = new CloudLink({
      identity: this.identity(),
      replica,
      journal,
      clock,
      timers: fastTimers(this.speed),
      executor: {
        execute: (command) => this.#execute(command),
        doors: () => ({ lobby: { mode: 'Locked', relayActivations: this.executed.length } }),
      },
      listener: this.#listener(journal, clock),
      software: 'vestibule 0.1.0',
      log: { info: () => {}, warn: () => {} },
      random: () => 0,
    });
    const ending = new AbortController();
    const run = link.run(ending.signal);
    const stop = async (): Promise<void> => {
      ending.abort();
      await run;
      store.close();
    };
    this.#running = { store, stop, clock };
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** While stopped: the chunks that a staged snapshot lacks. */
  missingChunks(): readonly number[] {
    const store = openStore(this.folder, { now: Date.now });
    const missing = store.replica.staged()?.missing ?? [];
    store.close();
    return missing;
  }

  /** Commits an event, as a door would. */
  event(type: string, more: object = {}): void {
    this.journal.commit([JSON.stringify({ type, mark: randomUUID(), ...more })]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #listener(journal: Journal, clock: SystemClock): CloudListener {
    return {
      linkChanged: (state) => this.told.put({ kind: 'link', state }),
      welcomed: ({ session, time, atMonotonicMs }) => {
        clock.setFromWelcome({ time, atMonotonicMs });
        journal.commit(
          [],
          [
            { kind: 'clockFloor', floor: time },
            { kind: 'welcome', at: time },
          ],
        );
        this.told.put({ kind: 'welcomed', session, time });
      },
      rowsRefused: (refusals) => this.told.put({ kind: 'rowsRefused', ids: refusals.map(({ id }) => id) }),
      messageRefused: ({ message, reason }) => this.told.put({ kind: 'refused', message, reason }),
    };
  }

  #execute(command: CloudCommand): SeenCommand {
    const { fault } = this;
    this.fault = undefined;
    if (fault !== undefined) throw fault;
    const at = this.clock.reading().now;
    const outcome = command.op === 'unlock' ? this.unlockOutcome : { outcome: 'done' as const };
    const seen: SeenCommand = { id: command.id, at, ...outcome };
    this.journal.commit(
      [JSON.stringify({ type: 'Executed', command: command.id })],
      [...changesOf(command), { kind: 'command', command: seen }],
    );
    this.executed.push(command);
    return seen;
  }
}

function changesOf(command: CloudCommand): readonly JournalChange[] {
  switch (command.op) {
    case 'unlock':
    case 'answer':
    case 'setDoorMode':
    case 'identify':
    case 'report':
    case 'decommission':
      return [];
    case 'revoke':
      return [{ kind: 'revocation', revocation: command.revocation }];
    case 'lockdown':
      return [{ kind: 'lockdown', lockdown: command.lockdown }];
    default:
      return command satisfies never;
  }
}
