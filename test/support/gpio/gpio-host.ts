import {
  type Gpio,
  GpioFault,
  type GpioInput,
  type GpioOutput,
  type LineRef,
} from '../../../drivers/gpio/gpio.ts';

/** What a test asks of a backend, as data: the backend may be in a process of its own. */
export type HostCall =
  | {
      readonly do: 'openOutput';
      readonly ref: LineRef;
      readonly activeLow: boolean;
      readonly active: boolean;
    }
  | { readonly do: 'openInput'; readonly ref: LineRef; readonly activeLow: boolean }
  | { readonly do: 'set'; readonly handle: number; readonly active: boolean }
  | { readonly do: 'listen'; readonly handle: number; readonly on: boolean }
  | { readonly do: 'read' | 'close'; readonly handle: number }
  | { readonly do: 'closeAll' };

export type HostAnswer =
  | { readonly kind: 'done'; readonly value: number | boolean | undefined }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string };

/** Activity on an input, with what a reading right away gave. */
export interface Activity {
  readonly handle: number;
  readonly level: boolean | 'unreadable';
}

/** Keeps the lines that a test has opened on a backend, by number. */
export class GpioHost {
  readonly #gpio: Gpio;
  readonly #onActivity: (activity: Activity) => void;
  readonly #outputs = new Map<number, GpioOutput>();
  readonly #inputs = new Map<number, GpioInput>();
  #count = 0;

  constructor(gpio: Gpio, onActivity: (activity: Activity) => void) {
    this.#gpio = gpio;
    this.#onActivity = onActivity;
  }

  answer(call: HostCall): HostAnswer {
    try {
      return { kind: 'done', value: this.#obey(call) };
    } catch (error) {
      if (!(error instanceof GpioFault)) throw error;
      return { kind: 'fault', code: error.code, message: error.message };
    }
  }

  #obey(call: HostCall): number | boolean | undefined {
    switch (call.do) {
      case 'openOutput':
        this.#outputs.set(++this.#count, this.#gpio.openOutput(call.ref, call));
        return this.#count;
      case 'openInput': {
        const handle = ++this.#count;
        const onActivity = (): void => this.#onActivity({ handle, level: this.#levelOf(handle) });
        this.#inputs.set(handle, this.#gpio.openInput(call.ref, call, onActivity));
        return handle;
      }
      case 'set':
        this.#outputs.get(call.handle)?.set(call.active);
        return undefined;
      case 'listen':
        this.#inputs.get(call.handle)?.listen(call.on);
        return undefined;
      case 'read':
        return (this.#outputs.get(call.handle) ?? this.#inputs.get(call.handle))?.read();
      case 'close':
        (this.#outputs.get(call.handle) ?? this.#inputs.get(call.handle))?.close();
        return undefined;
      case 'closeAll':
        this.#gpio.close();
        return undefined;
      default:
        return call satisfies never;
    }
  }

  #levelOf(handle: number): boolean | 'unreadable' {
    try {
      return this.#inputs.get(handle)?.read() ?? 'unreadable';
    } catch {
      return 'unreadable';
    }
  }
}
