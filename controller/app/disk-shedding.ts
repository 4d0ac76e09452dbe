import type { Shed } from '../core/disk-space.ts';
import type { EventDraft } from '../ports/events.ts';

const nothing: Shed = { counts: {}, refused: 0 };

/** Whether telemetry is being shed, and what has not been recorded since that began. */
export class Shedding {
  #active: boolean;
  #shed: Shed;
  /** As it is stored: a start after a crash goes on counting from there. */
  #stored: Shed | undefined;
  #refusing = false;

  constructor(stored: Shed | undefined) {
    this.#active = stored !== undefined;
    this.#shed = stored ?? nothing;
    this.#stored = stored;
  }

  get active(): boolean {
    return this.#active;
  }

  /** The disk refused the last transaction that had to be kept. */
  get refusing(): boolean {
    return this.#refusing;
  }

  get shed(): Shed {
    return this.#shed;
  }

  begin(): void {
    this.#active = true;
  }

  /** It has been told. */
  end(): void {
    this.#active = false;
    this.#refusing = false;
    this.#shed = nothing;
    this.#stored = undefined;
  }

  count(telemetry: readonly EventDraft[]): void {
    if (telemetry.length === 0) return;
    const counts: Record<string, number> = { ...this.#shed.counts };
    for (const { type } of telemetry) counts[type] = (counts[type] ?? 0) + 1;
    this.#shed = { ...this.#shed, counts };
  }

  refused(): void {
    this.#refusing = true;
    this.#shed = { ...this.#shed, refused: this.#shed.refused + 1 };
  }

  /** The disk has room again, whether or not anybody has used it since. */
  roomFound(): void {
    this.#refusing = false;
  }

  /** What the next transaction should store along with its own. */
  unstored(): Shed | undefined {
    return this.#active && this.#shed !== this.#stored ? this.#shed : undefined;
  }

  /** A transaction is on disk, with `shed` in it. */
  committed(shed: Shed | undefined): void {
    this.#refusing = false;
    this.#stored = shed ?? this.#stored;
  }
}
