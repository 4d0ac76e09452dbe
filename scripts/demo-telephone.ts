/**
 * `PHONE=baresip npm start`: the resident's telephone, a second baresip. It answers by itself after a while and presses 9,
 * so that a call goes through SIP and sound from one end to the other without anybody's doing.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemTimers } from '../controller/app/system-clock.ts';
import { engineAccount, engineConfig } from '../drivers/sip/engine-config.ts';
import { SipEngine } from '../drivers/sip/sip-engine.ts';
import type { SipSetup } from '../drivers/sip/sip-setup.ts';
import { sine, wavOf } from '../drivers/sip/wav.ts';
import { freeSipPort } from './free-sip-port.ts';

const answersAfterMs = 2_000;
const pressesAfterMs = 1_000;
const holdsKeyMs = 200;
const toneMs = 180_000;

export interface DemoTelephone {
  /** The configuration's phone section for a console that rings this telephone, whatever the number. */
  readonly phoneSection: string;
  close(): Promise<void>;
}

/** @param say is given what happens at the telephone, as it happens */
export async function startDemoTelephone(
  folder: string,
  say: (sentence: string) => void,
): Promise<DemoTelephone> {
  const own = join(folder, 'telephone');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const tone = (name: string, hz: number): string => {
    const file = join(own, name);
    writeFileSync(file, wavOf(sine(hz, toneMs)));
    return file;
  };
  const [port, consolePort] = [await freeSipPort(), await freeSipPort()];
  const setup: SipSetup = {
    program: '/usr/bin/baresip',
    modules: '/usr/lib/baresip/modules',
    user: 'resident',
    domain: '127.0.0.1',
    displayName: 'Resident',
    transport: 'udp',
    unregisteredAlarmAfterMs: 120_000,
    dial: 'sip:{number}@127.0.0.1',
    listen: `127.0.0.1:${port}`,
    interface: '127.0.0.1',
    srtp: false,
    microphone: { kind: 'file', path: tone('resident.wav', 1_000) },
    speaker: { kind: 'discard' },
  };
  let waiting: { cancel(): void } = { cancel: () => {} };
  const after = (ms: number, act: () => void): void => {
    waiting.cancel();
    waiting = systemTimers.after(ms, act);
  };
  const ready = Promise.withResolvers<void>();
  const engine: SipEngine = new SipEngine(
    { program: setup.program, folder: own, config: (at) => engineConfig(setup, at), timers: systemTimers },
    {
      up() {
        engine.send('uanew', engineAccount(setup, undefined), '');
        ready.resolve();
      },
      message(message) {
        if (message.kind !== 'call') return;
        if (message.what === 'incoming') {
          say('The second telephone rings, and will be answered in 2 s.');
          after(answersAfterMs, () => engine.send('accept', undefined, ''));
        }
        if (message.what === 'answered') {
          say('It was answered; its 9 will be pressed in 1 s.');
          after(pressesAfterMs, () => {
            engine.send('sndcode', '9', '');
            after(holdsKeyMs, () => engine.send('sndcode', ' ', ''));
          });
        }
        if (message.what === 'closed') {
          waiting.cancel();
          say('The call is over.');
        }
      },
      down: (problem) => ready.reject(new Error(problem)),
    },
  );
  engine.start();
  await ready.promise;
  return {
    phoneSection: `phone:
  hardware: sip
  user: lobby
  domain: 127.0.0.1
  dial: sip:resident@127.0.0.1:${port};number={number}
  listen: 127.0.0.1:${consolePort}
  interface: 127.0.0.1
  microphone: ${JSON.stringify(`file:${tone('console.wav', 440)}`)}
  speaker: discard
`,
    async close() {
      waiting.cancel();
      await engine.close();
    },
  };
}
