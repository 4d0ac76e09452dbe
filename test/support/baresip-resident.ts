import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemTimers } from '../../controller/app/system-clock.ts';
import type { DtmfDigit } from '../../controller/core/call/line.ts';
import { engineAccount, engineConfig } from '../../drivers/sip/engine-config.ts';
import type { CallSign, EngineMessage } from '../../drivers/sip/engine-message.ts';
import { SipEngine } from '../../drivers/sip/sip-engine.ts';
import { samplesOf } from '../../drivers/sip/wav.ts';
import { Inbox } from './inbox.ts';
import { residentTone, type SipFolder, sipFolder, sipSetup } from './sip-site.ts';

/** A resident's telephone: a second baresip, with a tone for a voice. Records what it hears. */
export class BaresipResident implements AsyncDisposable {
  readonly port: number;
  readonly #engine: SipEngine;
  readonly #folder: SipFolder;
  readonly #signs: Inbox<CallSign>;

  static async start(): Promise<BaresipResident> {
    const folder = sipFolder();
    const setup = await sipSetup(folder, 1, {
      user: 'resident',
      microphone: { kind: 'file', path: folder.tone(residentTone) },
      srtp: true,
      extraLines: recording(join(folder.path, 'heard')),
    });
    mkdirSync(join(folder.path, 'heard'));
    const signs = new Inbox<CallSign>();
    const ready = Promise.withResolvers<void>();
    const engine: SipEngine = new SipEngine(
      {
        program: setup.program,
        folder: join(folder.path, 'phone'),
        config: (port) => engineConfig(setup, port),
        timers: systemTimers,
      },
      {
        up: () =>
          engine.send('uanew', engineAccount(setup, undefined).replace('srtp-mand', 'srtp'), 'account'),
        message(message: EngineMessage) {
          if (message.kind === 'call') signs.put(message.what);
          if (message.kind === 'response' && message.token === 'account') ready.resolve();
        },
        down: (problem) => ready.reject(new Error(problem)),
      },
    );
    engine.start();
    await ready.promise;
    const port = Number(setup.listen.split(':')[1]);
    return new BaresipResident(port, engine, folder, signs);
  }

  private constructor(port: number, engine: SipEngine, folder: SipFolder, signs: Inbox<CallSign>) {
    this.port = port;
    this.#engine = engine;
    this.#folder = folder;
    this.#signs = signs;
  }

  /** Waits until it rings. */
  async answer(): Promise<void> {
    await this.#signs.next((sign) => sign === 'incoming');
    this.#engine.send('accept', undefined, '');
    await this.#signs.next((sign) => sign === 'answered');
  }

  /** A key, held until `release`. */
  press(digit: DtmfDigit): void {
    this.#engine.send('sndcode', digit, '');
  }

  release(): void {
    this.#engine.send('sndcode', ' ', '');
  }

  hangUp(): void {
    this.#engine.send('hangup', undefined, '');
  }

  /** The call has ended, and what was heard in it is on disk. */
  async ended(): Promise<void> {
    await this.#signs.next((sign) => sign === 'closed');
  }

  /** What it heard in its last call. */
  heard(): Int16Array {
    return lastRecording(join(this.#folder.path, 'heard'));
  }

  /** How much it has heard by now, in all its calls. */
  heardMs(): number {
    return recordedMs(join(this.#folder.path, 'heard'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close();
    this.#folder[Symbol.dispose]();
  }
}

/** 8 kHz, mono, 16 bits. */
const bytesPerMs = 16;

/** Lines with which an engine records every call in `folder`. */
export const recording = (folder: string): readonly string[] => ['module sndfile.so', `snd_path ${folder}`];

const recordings = (folder: string): readonly string[] =>
  readdirSync(folder).filter((file) => file.endsWith('-dec.wav'));

/** How much the engine has heard by now, in all calls that it recorded in `folder`. */
export const recordedMs = (folder: string): number =>
  recordings(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / bytesPerMs;

/** What the engine heard, decoded, in the last call that it recorded in `folder`. */
export function lastRecording(folder: string): Int16Array {
  const name = recordings(folder).toSorted().at(-1);
  if (name === undefined) throw new Error('nothing was recorded');
  const samples = samplesOf(readFileSync(join(folder, name)));
  if (samples === undefined) throw new Error('the recording is no WAV of 8 kHz, mono, 16 bits');
  return samples;
}
