/**
 * Databases that become unreadable while the controller runs. What holds:
 *
 * - A fault that passes costs nothing: a check of the whole file through another connection says whether it is more.
 * - What is unreadable is left alone here. The controller begins anew, and its start sets the file aside: there is one
 *   way to an empty database, and nothing in memory outlives the rows that it came from.
 * - Nobody is shut in for it: it waits until no door is released by fire, REX or access. Meanwhile look-ups fail, and deny.
 */
import { mustBeginAnew } from '../core/disk-health.ts';
import type { Timers } from '../ports/clock.ts';
import type { Disk } from '../ports/disk.ts';
import type { DatabaseName } from '../ports/journal.ts';
import type { Log } from './log.ts';

const checkEveryMs = 60_000;
const doorsEveryMs = 1_000;

interface UnreadableWatchParts {
  readonly disk: Pick<Disk, 'onFault' | 'check'>;
  readonly timers: Timers;
  readonly isAnyDoorReleased: () => boolean;
  readonly log: Log;
}

interface Suspicion {
  doubts: number;
  /** A fault has come since the last check began. */
  isFresh: boolean;
}

export class UnreadableWatch {
  readonly #parts: UnreadableWatchParts;
  readonly #suspected = new Map<DatabaseName, Suspicion>();
  readonly #waiting = new Set<{ cancel(): void }>();
  readonly #given = Promise.withResolvers<DatabaseName>();
  #unsubscribe: () => void = () => {};
  #closed = false;

  constructor(parts: UnreadableWatchParts) {
    this.#parts = parts;
  }

  /** Resolves once the controller has to begin anew. */
  get unreadable(): Promise<DatabaseName> {
    return this.#given.promise;
  }

  start(): void {
    this.#unsubscribe = this.#parts.disk.onFault(({ code, database }) => {
      if (code === 'unreadable' && database !== undefined) this.#suspect(database);
    });
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const timer of this.#waiting) timer.cancel();
  }

  #suspect(database: DatabaseName): void {
    const known = this.#suspected.get(database);
    if (known !== undefined) {
      known.isFresh = true;
      return;
    }
    const suspicion = { doubts: 0, isFresh: true };
    this.#suspected.set(database, suspicion);
    void this.#check(database, suspicion);
  }

  async #check(database: DatabaseName, suspicion: Suspicion): Promise<void> {
    suspicion.isFresh = false;
    const soundness = await this.#parts.disk.check(database);
    if (this.#closed) return;
    this.#parts.log.warn({ database, soundness }, 'a database was checked after a fault');
    suspicion.doubts += 1;
    if (mustBeginAnew(soundness, suspicion.doubts)) this.#beginAnew(database);
    else this.#after(checkEveryMs, () => this.#lookAgain(database, suspicion));
  }

  #lookAgain(database: DatabaseName, suspicion: Suspicion): void {
    if (suspicion.isFresh) void this.#check(database, suspicion);
    else this.#suspected.delete(database);
  }

  #beginAnew(database: DatabaseName): void {
    if (this.#parts.isAnyDoorReleased()) this.#after(doorsEveryMs, () => this.#beginAnew(database));
    else this.#given.resolve(database);
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#parts.timers.after(ms, () => {
      this.#waiting.delete(timer);
      run();
    });
    this.#waiting.add(timer);
  }
}
