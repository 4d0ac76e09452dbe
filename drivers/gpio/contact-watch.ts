import type { Timers } from '../../controller/ports/clock.ts';
import {
  type ContactEffect,
  type ContactInput,
  type ContactState,
  initialContact,
  isChattering,
  stepContact,
} from './contact.ts';
import { faultOf, type Gpio, type GpioFault, type GpioInput, type LineRef } from './gpio.ts';

/** How often every line is read although nothing was heard of it: a lost interrupt, or a line that has died. */
const checkEveryMs = 1_000;

export interface ContactParts {
  readonly gpio: Gpio;
  readonly timers: Timers;
  readonly monotonicMs: () => number;
  readonly ref: LineRef;
  readonly activeLow: boolean;
  readonly debounceMs: number;
  /** A request to exit, a fire input. */
  readonly letsOut: boolean;
}

export interface ContactListener {
  /** A level that differs from the one before: settled, or (`letsOut`) active while it chatters. */
  onLevel(active: boolean): void;
  onChattering(on: boolean): void;
  /** The line can no longer be read; this watch has ended. */
  onFault(fault: GpioFault): void;
}

/** One contact on one line: opened, debounced by `contact.ts`, and looked at once a second whatever happens. */
export class ContactWatch {
  readonly #parts: ContactParts;
  readonly #listener: ContactListener;
  #input: GpioInput | undefined;
  #state: ContactState = initialContact(false);
  #timer: { cancel(): void } | undefined;
  #check: { cancel(): void } | undefined;

  constructor(parts: ContactParts, listener: ContactListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  /** @returns the level at which the line stands. @throws whatever the backend throws; the line is closed then */
  start(): boolean {
    const { gpio, ref, activeLow } = this.#parts;
    this.#input = gpio.openInput(ref, { activeLow }, () => this.#take({ kind: 'activity' }));
    try {
      this.#state = initialContact(this.#input.read());
    } catch (error) {
      this.close();
      throw error;
    }
    this.#checkLater();
    return this.#state.level;
  }

  close(): void {
    this.#timer?.cancel();
    this.#check?.cancel();
    this.#input?.close();
    this.#input = undefined;
  }

  #take(input: ContactInput): void {
    const { state, effects } = stepContact(this.#state, input, this.#parts.monotonicMs(), this.#parts);
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
  }

  #execute(effect: ContactEffect): void {
    switch (effect.kind) {
      case 'tell':
        this.#listener.onLevel(effect.level);
        return;
      case 'chattering':
        this.#listener.onChattering(effect.on);
        return;
      case 'listen':
        this.#guarded((line) => line.listen(effect.on));
        return;
      case 'startTimer':
        if (this.#input === undefined) return;
        this.#timer?.cancel();
        this.#timer = this.#parts.timers.after(effect.ms, () =>
          this.#withLevel((level) => this.#take({ kind: 'timer', level })),
        );
        return;
      default:
        effect satisfies never;
    }
  }

  #checkLater(): void {
    this.#check = this.#parts.timers.after(checkEveryMs, () =>
      this.#withLevel((level) => {
        if (level !== this.#state.level && !isChattering(this.#state)) this.#take({ kind: 'activity' });
        this.#checkLater();
      }),
    );
  }

  #withLevel(go: (level: boolean) => void): void {
    const level = this.#guarded((line) => line.read());
    if (level !== undefined) go(level);
  }

  /** Undefined: the line is closed, or has died just now. */
  #guarded<T>(work: (line: GpioInput) => T): T | undefined {
    if (this.#input === undefined) return undefined;
    try {
      return work(this.#input);
    } catch (error) {
      this.close();
      this.#listener.onFault(faultOf(error));
      return undefined;
    }
  }
}
