import type { Timers } from '../../controller/ports/clock.ts';
import type { LineEvent } from '../../controller/ports/phone.ts';
import { type Registration, type RegistrationInput, stepRegistration } from './registration.ts';

interface RegistrarOptions {
  readonly afterMs: number;
  readonly timers: Timers;
  readonly tell: (event: LineEvent) => void;
  /** Has the engine ask at once; false where that has to wait. */
  readonly register: () => boolean;
}

const retryAfterMs = 30_000;

/** Watches over the registration: carries out what `stepRegistration` says. */
export class Registrar {
  readonly #options: RegistrarOptions;
  #registration: Registration = { kind: 'registered' };
  #begun = false;
  #timer: { cancel(): void } | undefined;
  #retryTimer: { cancel(): void } | undefined;

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  get registered(): boolean {
    return this.#begun && this.#registration.kind === 'registered';
  }

  /** An engine has just been started: it is not registered before it says so. */
  begin(): void {
    this.#begun = true;
    this.#step({ kind: 'begun' });
  }

  registeredNow(): void {
    this.#step({ kind: 'registered' });
  }

  failed(why: string): void {
    this.#step({ kind: 'failed', why });
  }

  close(): void {
    this.#timer?.cancel();
    this.#retryTimer?.cancel();
  }

  #step(input: RegistrationInput): void {
    const { registration, effects } = stepRegistration(this.#registration, input);
    this.#registration = registration;
    const { afterMs, timers, tell, register } = this.#options;
    for (const effect of effects) {
      switch (effect) {
        case 'startTimer':
          this.#timer = timers.after(afterMs, () => this.#step({ kind: 'tooLong' }));
          break;
        case 'cancelTimer':
          this.#timer?.cancel();
          break;
        case 'tellUnregistered':
          if (registration.kind === 'unregistered')
            tell({
              kind: 'unregistered',
              problem: `This console is not registered with its telephone provider: ${registration.why}.`,
            });
          break;
        case 'tellRegistered':
          tell({ kind: 'registered' });
          break;
        case 'startRetryTimer':
          this.#retryLater();
          break;
        case 'cancelRetryTimer':
          this.#retryTimer?.cancel();
          break;
        case 'register':
          if (!register()) this.#retryLater();
          break;
        default:
          effect satisfies never;
      }
    }
  }

  #retryLater(): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = this.#options.timers.after(retryAfterMs, () => this.#step({ kind: 'retryDue' }));
  }
}
