import { decide } from '../core/access/decide.ts';
import type { AccessRequest, Decision } from '../core/access/decision.ts';
import type { DoorState } from '../core/access/facts.ts';
import type { Door, DoorId } from '../core/dataset.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, Lockdown } from '../ports/journal.ts';
import type { Replica } from '../ports/replica.ts';
import { accessFacts } from './access-facts.ts';
import type { DoorRuntime } from './door-runtime.ts';
import type { Guesses } from './guesses.ts';

/** Whether a lockdown of this scope covers the door; the row is asked for only where an area matters. */
function covers({ scope }: Lockdown, id: DoorId, row: () => Door | undefined): boolean {
  if (scope === 'building' || scope === `door:${id}`) return true;
  if (!scope.startsWith('area:')) return false;
  const area = row()?.area;
  return area !== undefined && scope === `area:${area}`;
}

/** The doors of this device, and the one way to a decision about them. */
export class Doors {
  readonly #replica: Replica;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #guesses: Pick<Guesses, 'isLockedOut'>;
  readonly #runtimes = new Map<DoorId, DoorRuntime>();

  constructor(parts: {
    readonly replica: Replica;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly guesses: Pick<Guesses, 'isLockedOut'>;
  }) {
    this.#replica = parts.replica;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#guesses = parts.guesses;
  }

  add(runtime: DoorRuntime): void {
    this.#runtimes.set(runtime.id, runtime);
  }

  get(id: DoorId): DoorRuntime | undefined {
    return this.#runtimes.get(id);
  }

  all(): readonly DoorRuntime[] {
    return [...this.#runtimes.values()];
  }

  row(id: DoorId): Door | undefined {
    return this.#replica.read((rows) => rows.door(id));
  }

  decide(request: AccessRequest): Decision {
    return this.#replica.read((rows) =>
      decide(
        accessFacts(
          rows,
          this.#journal,
          this.#clock,
          (id) => this.#stateOf(id),
          (accessPoint) => this.#guesses.isLockedOut({ accessPoint, entry: 'code' }),
        ),
        request,
      ),
    );
  }

  isLockedDown(id: DoorId): boolean {
    return this.#journal
      .lockdowns()
      .some((lockdown) => lockdown.on && covers(lockdown, id, () => this.row(id)));
  }

  /** Recomputes every door's lockdown from the scopes in force; after a lockdown, and when areas have changed. */
  applyLockdowns(cause: string): void {
    for (const runtime of this.all()) runtime.setLockdown(this.isLockedDown(runtime.id), cause);
  }

  #stateOf(id: DoorId): DoorState {
    const mode = this.#runtimes.get(id)?.status().mode ?? 'Locked';
    return { mode, firstPersonWaiting: false };
  }
}
