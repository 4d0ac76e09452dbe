import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { GpioFault, type GpioFaultCode, type LineRef } from '../../../drivers/gpio/gpio.ts';
import { Inbox } from '../inbox.ts';
import type { Activity, HostAnswer, HostCall } from './gpio-host.ts';

/** The world at the other end of the wires. */
export interface GpioWorld {
  /** Somebody outside moves an input; has happened when this resolves. */
  pull(ref: LineRef, high: boolean): Promise<void>;
  isHigh(ref: LineRef): Promise<boolean>;
}

export interface OpenLine {
  set(active: boolean): Promise<void>;
  read(): Promise<boolean>;
  listen(on: boolean): Promise<void>;
  close(): Promise<void>;
  /** Activity on this line, with what a reading gave at that moment. */
  readonly activity: Inbox<Activity>;
}

/** A backend as a test works it, wherever it runs. */
export class GpioBench {
  readonly #ask: (call: HostCall) => Promise<HostAnswer>;
  readonly #inboxes = new Map<number, Inbox<Activity>>();

  constructor(ask: (call: HostCall) => Promise<HostAnswer>) {
    this.#ask = ask;
  }

  openOutput(ref: LineRef, options: { activeLow: boolean; active: boolean }): Promise<OpenLine> {
    return this.#open({ do: 'openOutput', ref, ...options });
  }

  openInput(ref: LineRef, options: { activeLow: boolean }): Promise<OpenLine> {
    return this.#open({ do: 'openInput', ref, ...options });
  }

  async closeAll(): Promise<void> {
    await this.#told({ do: 'closeAll' });
  }

  onActivity(activity: Activity): void {
    this.#inbox(activity.handle).put(activity);
  }

  async #open(call: HostCall): Promise<OpenLine> {
    const handle = Number(await this.#told(call));
    const tell = async (next: HostCall): Promise<void> => {
      await this.#told(next);
    };
    return {
      set: (active) => tell({ do: 'set', handle, active }),
      read: async () => (await this.#told({ do: 'read', handle })) === true,
      listen: (on) => tell({ do: 'listen', handle, on }),
      close: () => tell({ do: 'close', handle }),
      activity: this.#inbox(handle),
    };
  }

  async #told(call: HostCall): Promise<number | boolean | undefined> {
    const answer = await this.#ask(call);
    if (answer.kind === 'fault') throw new GpioFault(answer.code as GpioFaultCode, answer.message);
    return answer.value;
  }

  #inbox(handle: number): Inbox<Activity> {
    const inbox = this.#inboxes.get(handle) ?? new Inbox<Activity>();
    this.#inboxes.set(handle, inbox);
    return inbox;
  }
}

/** Starts `command` with IPC, and works the backend in it. */
export async function benchInProcess(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly bench: GpioBench; readonly child: ChildProcess }> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, (answer: HostAnswer) => void>();
  let id = 0;
  const bench = new GpioBench((call) => {
    const { promise, resolve } = Promise.withResolvers<HostAnswer>();
    waiting.set(++id, resolve);
    child.send({ id, call });
    return promise;
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the backend's process ended with ${code}`)),
    ),
  ]);
  child.on('message', (message: Activity | { id: number; answer: HostAnswer }) => {
    if ('answer' in message) waiting.get(message.id)?.(message.answer);
    else bench.onActivity(message);
  });
  return { bench, child };
}
