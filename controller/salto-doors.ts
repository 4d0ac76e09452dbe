import type { Logger } from 'pino';
import type { ControllerConfig } from '../config/load.ts';
import { SaltoDoor } from '../drivers/salto/salto-door.ts';
import { SaltoSite } from '../drivers/salto/salto-site.ts';
import type { DoorId } from './core/dataset.ts';
import { FireTap } from './fire-tap.ts';
import type { Timers } from './ports/clock.ts';
import type { DoorHardware } from './ports/door-hardware.ts';
import type { SaltoLog } from './ports/salto.ts';

type SaltoWiring = Extract<ControllerConfig['doors'][string], { hardware: 'salto' }>;

/** The configured SALTO server and the doors behind it. */
export class SaltoDoors {
  readonly #site: SaltoSite;
  readonly #parts: { readonly saltoLog: SaltoLog; readonly timers: Timers };
  /** What the doors so far are called at SALTO. */
  readonly #names: (() => string | undefined)[] = [];
  /** By the door whose fire alarm input they follow. */
  readonly #followers = new Map<string, SaltoDoor[]>();

  constructor(
    config: NonNullable<ControllerConfig['salto']>,
    parts: { readonly saltoLog: SaltoLog; readonly timers: Timers; readonly log: Logger },
  ) {
    const { host, port, encoding, doorsBy, pollEvery, auditTrail, names } = config;
    const { saltoLog, timers, log } = parts;
    this.#parts = { saltoLog, timers };
    this.#site = new SaltoSite({
      address: { host, port },
      dialect: { encoding, names },
      naming: doorsBy,
      pollEveryMs: pollEvery,
      ...(auditTrail === 'off' ? {} : { audit: auditTrail }),
      log: saltoLog,
      timers,
      onAuditProblem: (problem) =>
        problem === undefined
          ? log.info({}, 'the SALTO audit trail is read again')
          : log.warn({ problem }, 'the SALTO audit trail is not read'),
    });
  }

  /** @param rowId what the door's row says that SALTO calls it */
  door(id: DoorId, wiring: SaltoWiring, rowId: () => string | undefined): SaltoDoor {
    const { saltoLog, timers } = this.#parts;
    const named = (): string | undefined => wiring.saltoDoorId ?? rowId();
    const before = [...this.#names];
    this.#names.push(named);
    // One lock is one door: two of them would undo each other's orders.
    const ownName = (): string | undefined => {
      const name = named();
      return before.some((other) => other() === name) ? undefined : name;
    };
    const door = new SaltoDoor({
      door: id,
      site: this.#site,
      saltoId: ownName,
      openTimeMs: wiring.openTime,
      log: saltoLog,
      timers,
    });
    const { fireWith } = wiring;
    if (fireWith !== undefined)
      this.#followers.set(fireWith, [...(this.#followers.get(fireWith) ?? []), door]);
    return door;
  }

  /** Hardware that doors behind SALTO may listen to: at a fire they open with it. */
  heard(hardware: DoorHardware): DoorHardware {
    return new FireTap(hardware, (input) => {
      for (const door of this.#followers.get(hardware.door) ?? []) door.fireInput(input);
    });
  }

  /** Until `signal` is aborted, and then until what was begun there has been told to end, for two seconds at most. */
  run(signal: AbortSignal): Promise<void> {
    return this.#site.run(signal);
  }
}
