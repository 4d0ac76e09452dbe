/** Doors behind a played SALTO server, on a real store, with time in the test's hands. */
import { onTestFinished } from 'vitest';
import { Recorder } from '../../../controller/app/recorder.ts';
import { JournaledSaltoLog } from '../../../controller/app/salto-log.ts';
import { SystemClock } from '../../../controller/app/system-clock.ts';
import { DoorId } from '../../../controller/core/dataset.ts';
import type { Timers } from '../../../controller/ports/clock.ts';
import type { DoorHardwareInput } from '../../../controller/ports/door-hardware.ts';
import type { Journal } from '../../../controller/ports/journal.ts';
import { SaltoDoor } from '../../../drivers/salto/salto-door.ts';
import { SaltoSite, type SaltoSiteParts } from '../../../drivers/salto/salto-site.ts';
import { HandTime } from '../../support/hand-time.ts';
import { Inbox } from '../../support/inbox.ts';
import { storeIn, tempDir } from '../../support/store.ts';

export interface HouseOptions
  extends Partial<Pick<SaltoSiteParts, 'naming' | 'audit' | 'dialect' | 'onAuditProblem'>> {
  /** To go on where an earlier house ended. */
  readonly dir?: string;
  /** What SALTO calls each door, by our name. */
  readonly doors?: Readonly<Record<string, string | undefined>>;
}

/** Like no other time here, so that a test knows when the site has looked and rests. */
const pollEveryMs = 7_000;

export class SaltoHouse {
  readonly dir: string;
  readonly time = new HandTime();
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly log: JournaledSaltoLog;
  readonly site: SaltoSite;
  readonly said = new Map<string, Inbox<DoorHardwareInput>>();
  readonly #doors = new Map<string, SaltoDoor>();
  readonly #rests = new Inbox<number>();
  readonly #ending = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(
    port: number,
    {
      dir = tempDir(),
      doors = { front: 'A' },
      naming = 'id',
      dialect = { encoding: 'utf-8', names: {} },
      onAuditProblem = () => {},
      audit,
    }: HouseOptions = {},
  ) {
    this.dir = dir;
    this.journal = storeIn(dir).journal;
    this.recorder = new Recorder(this.journal, new SystemClock(this.time, 0));
    this.log = new JournaledSaltoLog(this.journal, this.recorder);
    const timers: Timers = {
      after: (ms, run) => {
        if (ms === pollEveryMs) this.#rests.put(ms);
        return this.time.timers.after(ms, run);
      },
    };
    this.site = new SaltoSite({
      ...{ naming, dialect, timers, onAuditProblem, log: this.log },
      ...(audit === undefined ? {} : { audit }),
      address: { host: '127.0.0.1', port },
      pollEveryMs,
      random: () => 0,
    });
    for (const [id, saltoId] of Object.entries(doors)) {
      const parts = { site: this.site, saltoId: () => saltoId, openTimeMs: 6_000, log: this.log, timers };
      this.#doors.set(id, new SaltoDoor({ door: DoorId.parse(id), ...parts }));
    }
  }

  /** Starts the doors, locked, and the looking. */
  start(): this {
    for (const [id, door] of this.#doors) {
      const inbox = new Inbox<DoorHardwareInput>();
      this.said.set(id, inbox);
      door.start((input) => inbox.put(input));
      door.secure('lock');
    }
    this.#ended = this.site.run(this.#ending.signal);
    onTestFinished(() => this.stop());
    return this;
  }

  door(id = 'front'): SaltoDoor {
    const door = this.#doors.get(id);
    if (door === undefined) throw new Error(`no door ${id}`);
    return door;
  }

  /** The next thing of this kind that a door's hardware says. */
  next<Kind extends DoorHardwareInput['kind']>(
    kind: Kind,
    id = 'front',
  ): Promise<Extract<DoorHardwareInput, { kind: Kind }>> {
    const inbox = this.said.get(id);
    if (inbox === undefined) throw new Error(`no door ${id}`);
    const isIt = (input: DoorHardwareInput): boolean => input.kind === kind;
    return inbox.next(isIt) as Promise<Extract<DoorHardwareInput, { kind: Kind }>>;
  }

  /** The site has looked, and rests. */
  async rested(): Promise<void> {
    this.#rests.put(await this.#rests.next());
  }

  /** Once the site has looked and rests, it is time for the next look. */
  async lookAgain(): Promise<void> {
    await this.#rests.next();
    this.time.pass(pollEveryMs);
  }

  events(): readonly Record<string, unknown>[] {
    return this.journal.after(0, 100_000).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    for (const door of this.#doors.values()) door.close();
    this.#ending.abort();
    await this.#ended;
  }
}

/** One passage, as a grant asks for it. */
export const passage = { kind: 'passage', forMs: 5_000, extended: false } as const;
