/**
 * The one file here that does something: owns a line, the clock, random numbers and one timer, and does what `stepBus` says.
 * Inputs are taken one after the other, also those that come while a step's effects are carried out.
 */
import { randomBytes } from 'node:crypto';
import type { Timers } from '../../controller/ports/clock.ts';
import { KeptLine } from '../serial/kept-line.ts';
import type { SerialFault } from '../serial/serial-fault.ts';
import type { OpenLine } from '../serial/serial-line.ts';
import { type BusInput, type BusState, newBus, stepBus } from './link/bus-machine.ts';
import type { LinkReport, LinkSettings } from './link/link-state.ts';

export interface OsdpBusParts {
  readonly peripherals: readonly LinkSettings[];
  readonly open: OpenLine;
  readonly timers: Timers;
  /** Monotonic, with fractions. */
  readonly nowMs: () => number;
  readonly onReport: (address: number, report: LinkReport) => void;
  /** Undefined: it is open. */
  readonly onLine: (fault: SerialFault | undefined) => void;
  readonly onNoise: (noisy: boolean) => void;
}

export class OsdpBus {
  readonly #parts: OsdpBusParts;
  readonly #line: KeptLine;
  readonly #inputs: BusInput[] = [];
  #bus: BusState;
  #wake: { readonly atMs: number; cancel(): void } | undefined;
  #draining = false;
  #ended = false;

  constructor(parts: OsdpBusParts) {
    this.#parts = parts;
    this.#bus = newBus(parts.peripherals);
    this.#line = new KeptLine({
      open: parts.open,
      timers: parts.timers,
      onBytes: (bytes) => this.feed({ kind: 'bytes', bytes }),
      onOpen: () => {
        parts.onLine(undefined);
        this.feed({ kind: 'opened' });
      },
      onFault: (fault) => {
        parts.onLine(fault);
        this.feed({ kind: 'lost' });
      },
    });
  }

  start(): void {
    this.#line.start();
  }

  feed(input: BusInput): void {
    if (this.#ended) return;
    this.#inputs.push(input);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#step(next);
    } finally {
      this.#draining = false;
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#wake?.cancel();
    this.#wake = undefined;
    await this.#line.close();
  }

  #step(input: BusInput): void {
    const { nowMs, onReport, onNoise } = this.#parts;
    const { state, effects } = stepBus(this.#bus, input, { nowMs: nowMs(), rndA: randomBytes(8) });
    this.#bus = state;
    let wakeAtMs: number | undefined;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'transmit':
          this.#line.write(effect.bytes);
          break;
        case 'report':
          onReport(effect.address, effect.report);
          break;
        case 'noise':
          onNoise(effect.noisy);
          break;
        case 'reopen':
          this.#line.reopen();
          break;
        case 'wake':
          wakeAtMs = effect.atMs;
          break;
        default:
          effect satisfies never;
      }
    }
    this.#wakeAt(wakeAtMs);
  }

  #wakeAt(atMs: number | undefined): void {
    if (atMs === this.#wake?.atMs) return;
    this.#wake?.cancel();
    this.#wake = undefined;
    if (atMs === undefined) return;
    const timer = this.#parts.timers.after(Math.max(0, Math.ceil(atMs - this.#parts.nowMs())), () => {
      this.#wake = undefined;
      this.feed({ kind: 'tick' });
    });
    this.#wake = { atMs, cancel: () => timer.cancel() };
  }
}
