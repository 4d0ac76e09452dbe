/**
 * Keeps baresip running: starts it, reaches its control port, asks every few seconds whether it still answers, ends it
 * when it does not, and starts it again after a pause that grows with every short life.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import type { Timers } from '../../controller/ports/clock.ts';
import { type ChannelEnd, ControlChannel, reach } from './control-channel.ts';
import { type ControlPort, takeControlPort } from './control-port.ts';
import type { EngineMessage } from './engine-message.ts';
import { EngineProcess, endOrphan } from './engine-process.ts';
import { engineVersion } from './engine-version.ts';
import { engineWords } from './engine-words.ts';

export interface EngineListener {
  up(): void;
  message(message: EngineMessage): void;
  /** Something has come over SIP that the engine could not read to its end, such as a header larger than its buffer. */
  unreadable?(): void;
  /** Calls cannot be placed until `up`. `intruder`: somebody else has taken the control port. */
  down(problem: string, intruder: boolean): void;
}

export interface SipEngineOptions {
  readonly program: string;
  /** Of its configuration: made here, for nobody else's eyes. */
  readonly folder: string;
  readonly config: (controlPort: number) => string;
  readonly timers: Timers;
  /** Why it would start in vain; it is started once there is nothing. */
  readonly obstacle?: () => string | undefined;
  readonly firstPauseMs?: number;
}

const lookAgainMs = 500;
const reachWithinMs = 10_000;
const askEveryMs = 5_000;
const answerWithinMs = 2_000;
const longLifeMs = 60_000;
const longestPauseMs = 30_000;
/** On the way down everything may wait for a registrar's last word; in between somebody waits at the door. */
const graceMs = { closing: 3_000, restarting: 1_000 } as const;
const pulse = 'pulse';
/** ENODATA: the message ends before its headers do. It takes datagrams of at most 8 KiB. */
const unreadable = 'sip: msg decode err: No data available';

type LifeEnd = { readonly problem: string; readonly intruder: boolean };

export class SipEngine {
  readonly #options: SipEngineOptions;
  readonly #listener: EngineListener;
  readonly #closing = new AbortController();
  #channel: ControlChannel | undefined;
  #process: EngineProcess | undefined;
  #version: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #answered = true;

  constructor(options: SipEngineOptions, listener: EngineListener) {
    this.#options = options;
    this.#listener = listener;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** As it said at its last start. */
  get version(): string | undefined {
    return this.#version;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Carried out in order; lost while the engine is down, which is told. */
  send(command: string, params: string | undefined, token: string): void {
    this.#channel?.send(command, params, token);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let shortLives = 0;
    while (!signal.aborted) {
      const obstacle = this.#options.obstacle?.();
      if (obstacle !== undefined) {
        this.#listener.down(obstacle, false);
        await passed(lookAgainMs, undefined, { signal }).catch(() => {});
        continue;
      }
      const began = performance.now();
      const { problem, intruder } = await this.#live(signal);
      if (signal.aborted) return;
      this.#listener.down(problem, intruder);
      shortLives = performance.now() - began > longLifeMs ? 0 : shortLives + 1;
      const firstMs = this.#options.firstPauseMs ?? 100;
      await passed(Math.min(firstMs * 2 ** (shortLives - 1), longestPauseMs), undefined, { signal }).catch(
        () => {},
      );
    }
  }

  async #live(signal: AbortSignal): Promise<LifeEnd> {
    const { program, folder, config } = this.#options;
    let control: ControlPort | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await endOrphan(folder);
      control = await takeControlPort();
      write(join(folder, 'config'), config(control.port));
      // The account follows over the control port: its password rests in no second file.
      write(join(folder, 'accounts'), '');
      write(join(folder, 'contacts'), '');
      const child = new EngineProcess(program, folder, (line) => {
        if (line.includes(unreadable)) this.#listener.unreadable?.();
      });
      this.#process = child;
      const lived = await this.#attend(child, control.port, signal);
      this.#channel?.close();
      this.#channel = undefined;
      await child.end(signal.aborted ? graceMs.closing : graceMs.restarting);
      return lived;
    } catch (error) {
      const said = error instanceof Error ? error.message : 'unknown';
      return { problem: `The phone engine could not be prepared: ${said}.`, intruder: false };
    } finally {
      control?.release();
    }
  }

  async #attend(child: EngineProcess, port: number, signal: AbortSignal): Promise<LifeEnd> {
    const { program } = this.#options;
    const channelEnd = Promise.withResolvers<ChannelEnd | 'silent' | 'aborted'>();
    const socket = await reachWhile(port, () => !child.gone && !signal.aborted);
    if (socket === undefined) {
      const how = child.gone ? await child.ended : 'does not listen on its control port';
      const said = child.output === '' ? '' : `; it said: ${engineWords(child.output)}`;
      const wayOut = how.includes('ENOENT') ? ' Install Debian’s baresip-core, or name the program.' : '';
      return { problem: `The phone engine ${program} ${how}${said}.${wayOut}`, intruder: false };
    }
    this.#version = engineVersion(child.output);
    this.#channel = new ControlChannel(socket, {
      message: (message) => this.#hear(message),
      end: (why) => channelEnd.resolve(why),
    });
    this.#answered = true;
    const pulseTimer = this.#ask(() => channelEnd.resolve('silent'));
    const stop = (): void => channelEnd.resolve('aborted');
    signal.addEventListener('abort', stop);
    // It may have come while the control port was being reached.
    if (signal.aborted) stop();
    this.#listener.up();
    const why = await Promise.race([channelEnd.promise, child.ended]);
    signal.removeEventListener('abort', stop);
    pulseTimer.cancel();
    // A process that dies takes its socket along a moment before.
    if (why === 'closed' && !(await goneWithin(child, 500)))
      return {
        problem: 'Another program has connected to the control port of the phone engine.',
        intruder: true,
      };
    return { problem: sentences[why] ?? `The phone engine ${await ending(child)}.`, intruder: false };
  }

  #hear(message: EngineMessage): void {
    if (message.kind === 'response' && message.token === pulse) this.#answered = true;
    else this.#listener.message(message);
  }

  /** Asks again and again whether it still answers; twice before it is given up, for it may be we who were held up. */
  #ask(onSilence: () => void): { cancel(): void } {
    const { timers } = this.#options;
    const askLater = (): { cancel(): void } => timers.after(askEveryMs, () => ask(true));
    const ask = (again: boolean): void => {
      this.#answered = false;
      this.send('reginfo', undefined, pulse);
      timer = timers.after(answerWithinMs, () => {
        if (this.#answered) timer = askLater();
        else if (again) ask(false);
        else onSilence();
      });
    };
    let timer = askLater();
    return { cancel: () => timer.cancel() };
  }
}

const sentences: Readonly<Record<string, string>> = {
  garbage: 'The phone engine said something that is not in its language.',
  silent: 'The phone engine no longer answers.',
};

const ending = (child: EngineProcess): Promise<string> =>
  child.gone ? child.ended : Promise.resolve('has closed its control port');

async function reachWhile(port: number, wanted: () => boolean) {
  const until = performance.now() + reachWithinMs;
  while (wanted() && performance.now() < until) {
    const socket = await reach(port);
    if (socket !== undefined) return socket;
    await passed(10);
  }
  return undefined;
}

/** In turns of ours, and not by the clock: while we are held up, nobody tells us that it has gone. */
async function goneWithin(child: EngineProcess, ms: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < ms && !child.gone; waitedMs += 10) await passed(10);
  return child.gone;
}

function write(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}
