import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemTimers } from '../../controller/app/system-clock.ts';
import type { LegEvent } from '../../controller/core/call/line.ts';
import type { Timers } from '../../controller/ports/clock.ts';
import type { LineEvent } from '../../controller/ports/phone.ts';
import { SipPhone, type SipPhoneOptions } from '../../drivers/sip/sip-phone.ts';
import type { SipSetup } from '../../drivers/sip/sip-setup.ts';
import { sine, wavOf } from '../../drivers/sip/wav.ts';
import { freeSipPort } from '../../scripts/free-sip-port.ts';
import { Inbox } from './inbox.ts';

/** What the console's microphone hears in tests, and what a resident's does. */
export const consoleTone = 440;
export const residentTone = 1_000;

export interface SipFolder extends Disposable {
  readonly path: string;
  /** A WAV file of a tone that outlasts every test. */
  tone(hz: number): string;
}

export function sipFolder(): SipFolder {
  const path = mkdtempSync(join(tmpdir(), 'vestibule-sip-'));
  return {
    path,
    tone(hz) {
      const file = join(path, `tone-${hz}.wav`);
      writeFileSync(file, wavOf(sine(hz, 60_000)));
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A console's phone on loopback without a sound card, which reaches everybody at `peerPort`. */
export async function sipSetup(
  folder: SipFolder,
  peerPort: number,
  changed: Partial<SipSetup> = {},
): Promise<SipSetup> {
  return {
    program: '/usr/bin/baresip',
    modules: '/usr/lib/baresip/modules',
    user: 'lobby',
    domain: '127.0.0.1',
    displayName: 'Lobby',
    transport: 'udp',
    unregisteredAlarmAfterMs: 120_000,
    dial: `sip:{number}@127.0.0.1:${peerPort}`,
    listen: `127.0.0.1:${await freeSipPort()}`,
    interface: '127.0.0.1',
    srtp: false,
    microphone: { kind: 'file', path: folder.tone(consoleTone) },
    speaker: { kind: 'discard' },
    ...changed,
  };
}

export function sipPhone(
  folder: SipFolder,
  setup: SipSetup,
  changed: Partial<SipPhoneOptions> = {},
): SipPhone {
  const timers: Timers = systemTimers;
  return new SipPhone({
    setup,
    folder: join(folder.path, 'phone'),
    timers,
    now: () => performance.now(),
    ...changed,
  });
}

export interface RunningPhone extends AsyncDisposable {
  readonly phone: SipPhone;
  readonly folder: SipFolder;
  readonly events: Inbox<LegEvent>;
  readonly news: Inbox<LineEvent>;
}

/** A phone that is started already. */
export async function startSipPhone(
  peerPort: number,
  changed: Partial<SipSetup> = {},
  options: Partial<SipPhoneOptions> = {},
): Promise<RunningPhone> {
  const folder = sipFolder();
  const phone = sipPhone(folder, await sipSetup(folder, peerPort, changed), options);
  const events = new Inbox<LegEvent>();
  const news = new Inbox<LineEvent>();
  await phone.start(
    (event) => events.put(event),
    (event) => news.put(event),
  );
  return {
    phone,
    folder,
    events,
    news,
    async [Symbol.asyncDispose]() {
      await phone.close();
      folder[Symbol.dispose]();
    },
  };
}
