import type { Logger } from 'pino';
import type { Leg, LegEvent, LegTone } from '../../../controller/core/call/line.ts';
import type { Phone } from '../../../controller/ports/phone.ts';
import {
  idlePhone,
  type PhoneAction,
  type PhoneInput,
  type PhonePreset,
  type PhoneState,
  stepPhone,
} from './phone-machine.ts';
import { PhonePageServer } from './phone-page-server.ts';
import { type PhoneView, viewOf } from './phone-view.ts';

export interface SimulatedPhoneOptions {
  /** Of the page, on 127.0.0.1. 0: any free one. */
  readonly port: number;
  readonly log: Logger;
}

/** A phone without a line: whoever opens its page plays the people who are called. The number goes no further than here. */
export class SimulatedPhone implements Phone {
  readonly simulated = true;
  readonly #options: SimulatedPhoneOptions;
  readonly #page: PhonePageServer;
  #state: PhoneState = idlePhone;
  #listener: ((event: LegEvent) => void) | undefined;
  #port: number | undefined;

  constructor(options: SimulatedPhoneOptions) {
    this.#options = options;
    this.#page = new PhonePageServer(this, options.log);
  }

  /** @throws SimulatedPhoneFault when the port is taken */
  async start(listener: (event: LegEvent) => void): Promise<void> {
    this.#port = await this.#page.start(this.#options.port);
    this.#listener = listener;
    this.#options.log.info({ port: this.#port }, 'simulated phone is up');
  }

  /** The port that the page was bound to; absent before `start`. */
  get port(): number | undefined {
    return this.#port;
  }

  dial({ id, target }: Leg): void {
    this.#step({ kind: 'dial', leg: id, target });
  }

  hangUp(leg: string): void {
    this.#step({ kind: 'hangUp', leg });
  }

  tell(leg: string, tone: LegTone): void {
    this.#step({ kind: 'tell', leg, tone });
  }

  async close(): Promise<void> {
    this.#listener = undefined;
    await this.#page.close();
  }

  line(): undefined {
    return undefined;
  }

  view(): PhoneView {
    return viewOf(this.#state);
  }

  act(action: PhoneAction): string | undefined {
    return this.#step({ kind: 'act', action });
  }

  choose(preset: PhonePreset): void {
    this.#step({ kind: 'preset', preset });
  }

  /** @returns the sentence of a refusal */
  #step(input: PhoneInput): string | undefined {
    const { state, effect } = stepPhone(this.#state, input);
    // Before anything is told: the listener may dial or hang up at once.
    this.#state = state;
    this.#page.show();
    switch (effect?.kind) {
      case undefined:
        return undefined;
      case 'connectLater':
        setImmediate(() => this.#step({ kind: 'connect', leg: effect.leg }));
        return undefined;
      case 'tell':
        this.#listener?.(effect.event);
        return undefined;
      case 'refuse':
        return effect.sentence;
      default:
        return effect satisfies never;
    }
  }
}
