/**
 * One SALTO server and the doors of this device that it opens. Two connections are kept: operations never wait behind the
 * looking. What a door is told depends on nothing that another door's answers do.
 */
import type { Timers } from '../../controller/ports/clock.ts';
import type { SaltoLog } from '../../controller/ports/salto.ts';
import { AuditReader, type AuditScope } from './audit/audit-reader.ts';
import { DoorLook, type SiteDoor } from './door-look.ts';
import { faultProblem, type Operated, operatedOf } from './problems.ts';
import type { CallOutcome } from './session/session-state.ts';
import type { ShipCall, ShipDialect } from './ship/call.ts';
import { type DoorNaming, type DoorOperation, doorCall, doorResultOf } from './ship/doors.ts';
import { infoCall } from './ship/info.ts';
import { oneLookUpAtATime, type ShipAddress, ShipConnection } from './ship-connection.ts';

export interface SaltoSiteParts {
  readonly address: ShipAddress;
  readonly dialect: ShipDialect;
  readonly naming: DoorNaming;
  readonly pollEveryMs: number;
  /** Absent: the trail is not read. */
  readonly audit?: AuditScope;
  readonly log: SaltoLog;
  readonly timers: Timers;
  /** Told when it begins that the trail cannot be read, and (`undefined`) when it ends. */
  readonly onAuditProblem: (problem: string | undefined) => void;
  readonly random?: () => number;
}

/** Longer than a lock's radio takes, shorter than anybody waits at a door. */
const operateWithinMs = 4_000;
const lookWithinMs = 4_000;
const connectWithinMs = 3_000;
const retry = { retryMinMs: 1_000, retryMaxMs: 15_000 };
/** What a firewall forgets in silence is found out before a person does. */
const sayHelloEveryMs = 30_000;
/** Whoever is to be let in meanwhile waits behind it. */
const helloWithinMs = 2_000;
/** For what is still to be told when the controller stops. */
const drainWithinMs = 2_000;

export class SaltoSite {
  readonly server: string;
  readonly #parts: SaltoSiteParts;
  readonly #operations: ShipConnection;
  readonly #looking: ShipConnection;
  readonly #doors: SiteDoor[] = [];
  readonly #look: DoorLook;
  readonly #audit: AuditReader | undefined;
  #problem: string | undefined;
  readonly #underway = new Set<Promise<unknown>>();
  #auditProblem: string | undefined;

  constructor(parts: SaltoSiteParts) {
    const { address, dialect, timers, audit, log, naming, random } = parts;
    this.#parts = parts;
    this.server = `${address.host}:${address.port}`;
    const lookUp = oneLookUpAtATime();
    const connection = (): ShipConnection =>
      new ShipConnection({
        address,
        setup: { dialect, timing: { connectWithinMs, ...retry } },
        timers,
        lookUp,
        ...(random === undefined ? {} : { random }),
      });
    this.#operations = connection();
    this.#looking = connection();
    const ask = (call: ShipCall, urgent: boolean): Promise<CallOutcome> =>
      this.#looking.call(call, { withinMs: lookWithinMs, urgent });
    this.#look = new DoorLook({ server: this.server, naming, ask });
    this.#audit =
      audit === undefined
        ? undefined
        : new AuditReader({
            ask: (call) => ask(call, false),
            log,
            naming,
            scope: audit,
            doorOf: (saltoDoor) => this.#doors.find((one) => one.saltoId() === saltoDoor)?.door,
          });
  }

  /** Why no door can be opened now; undefined while the server answers, and before it has been asked. */
  get problem(): string | undefined {
    return this.#problem;
  }

  add(door: SiteDoor): void {
    this.#doors.push(door);
  }

  /** Tries the way to the server now, whatever the pause: somebody stands at a door. */
  wake(): void {
    this.#operations.open();
    this.#looking.open();
  }

  /** Never rejects, and ends within seconds; what lasts, seconds after it has been told. */
  operate(operation: DoorOperation, saltoId: string): Promise<Operated> {
    const operated = this.#operate(operation, saltoId);
    this.#underway.add(operated);
    return operated.finally(() => this.#underway.delete(operated));
  }

  /** Keeps both connections and looks at the doors and the trail until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { timers, pollEveryMs } = this.#parts;
    signal.addEventListener('abort', () => this.#looking.close(), { once: true });
    let helloInMs = 0;
    while (!signal.aborted) {
      if (helloInMs <= 0) {
        void this.#operations.call(infoCall, { withinMs: helloWithinMs, urgent: false });
        helloInMs = sayHelloEveryMs;
      }
      await this.#lookAtDoors();
      if (this.#problem === undefined && !signal.aborted) await this.#readAudit();
      if (!signal.aborted) await pause(timers, pollEveryMs, signal);
      helloInMs -= pollEveryMs;
    }
    const drained = new AbortController();
    void Promise.allSettled(this.#underway).then(() => drained.abort());
    await pause(timers, drainWithinMs, drained.signal);
    this.#operations.close();
  }

  async #operate(operation: DoorOperation, saltoId: string): Promise<Operated> {
    const call = doorCall(operation, saltoId, this.#parts.naming);
    const lasts = operation !== 'open';
    const outcome = await this.#operations.call(call, { withinMs: operateWithinMs, urgent: true, lasts });
    const result = outcome.kind === 'params' ? doorResultOf(outcome.params, saltoId) : outcome;
    return operatedOf(operation, result, this.server);
  }

  async #lookAtDoors(): Promise<void> {
    const fault = await this.#look.look(this.#doors);
    if (fault === 'closed') return;
    this.#problem = fault === undefined ? undefined : faultProblem(fault, this.server);
    if (fault !== undefined) this.#audit?.doubt();
  }

  async #readAudit(): Promise<void> {
    const outcome = await this.#audit?.read();
    const problems = {
      read: undefined,
      wentBack: 'SALTO’s audit trail has begun again at an earlier entry; it is read on from there.',
      unread: 'SALTO does not hand out its audit trail.',
      diskRefused: 'The disk did not take what SALTO’s audit trail says; it is read again.',
    } as const;
    const problem = outcome === undefined ? undefined : problems[outcome];
    if (problem === this.#auditProblem) return;
    this.#auditProblem = problem;
    this.#parts.onAuditProblem(problem);
  }
}

const pause = (timers: Timers, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = timers.after(ms, done);
    function done(): void {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
