import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControllerConfig } from '../../../config/load.ts';
import { audioProblem } from '../../../drivers/sip/audio-probe.ts';
import { dialUri } from '../../../drivers/sip/dial-uri.ts';
import { SipPhone } from '../../../drivers/sip/sip-phone.ts';
import { samplesOf } from '../../../drivers/sip/wav.ts';
import { systemTimers } from '../../app/system-clock.ts';
import type { LegEvent } from '../../core/call/line.ts';
import { numberRefusal } from '../../core/call/number-policy.ts';
import { sipSetupOf } from '../../phone-setup.ts';
import { statusOf } from '../areas/controller.ts';
import type { PhoneFacts, TestCall } from '../areas/phone.ts';
import { readController } from './controller.ts';
import { phoneFileProblem, unsharedSpeaker } from './phone-files.ts';

/** How long each step may take, in milliseconds. */
export interface PhonePatience {
  readonly controllerMs: number;
  readonly registrationMs: number;
  readonly answerMs: number;
  /** For a key; it is talked at least as long as `talkMs`, for the sound to be measured. */
  readonly keyMs: number;
  readonly talkMs: number;
}

const atTheSite: PhonePatience = {
  controllerMs: 3_000,
  registrationMs: 10_000,
  answerMs: 40_000,
  keyMs: 20_000,
  talkMs: 3_000,
};

const leg = 'doctor';

/**
 * Takes the line of a controller that does not run, and if there is a number calls it: whoever answers is to speak and to
 * press a key. What is said is recorded only to be measured, and deleted at the end.
 */
export async function readPhone(
  config: ControllerConfig,
  number: string | undefined,
  say: (sentence: string) => void,
  patience: PhonePatience = atTheSite,
): Promise<PhoneFacts> {
  const { phone, file } = config;
  if (phone?.hardware !== 'sip')
    return { kind: 'notReal', phone: phone === undefined ? 'none' : 'a simulated one' };
  if (statusOf(await readController(config, patience.controllerMs)) !== undefined) return { kind: 'inUse' };
  const problem = phoneFileProblem(config);
  if (problem !== undefined) return { kind: 'fileUnusable', problem };
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-phone-'));
  const setup = {
    ...sipSetupOf(phone, file),
    extraLines: ['module sndfile.so', `snd_path ${folder}`],
  };
  const events = new LegEvents();
  const sipPhone = new SipPhone({
    setup,
    folder: join(folder, 'engine'),
    timers: systemTimers,
    now: () => performance.now(),
  });
  let engineProblem: string | undefined;
  const sound = audioProblem(setup);
  const unshared = unsharedSpeaker(config);
  try {
    await sipPhone
      .start(
        (event) => events.put(event),
        (event) => {
          if (event.kind === 'broken' && event.problem !== sound) engineProblem = event.problem;
        },
      )
      .catch((error: unknown) => {
        engineProblem = error instanceof Error ? error.message : 'The phone engine does not start.';
      });
    const isRegistered = await registeredWithin(sipPhone, patience.registrationMs);
    const { tlsVerified, engine } = sipPhone.line();
    const possible = engineProblem === undefined && sound === undefined;
    return {
      kind: 'looked',
      ...(sound === undefined ? {} : { audioProblem: sound }),
      ...(unshared === undefined ? {} : { unsharedSpeaker: unshared }),
      ...(engineProblem === undefined ? {} : { engineProblem }),
      ...(engine === undefined ? {} : { version: engine }),
      ...(isRegistered === undefined ? {} : { registered: isRegistered }),
      waitedSeconds: Math.round(patience.registrationMs / 1_000),
      tls: setup.transport !== 'tls' ? 'none' : tlsVerified ? 'verified' : 'unverified',
      call:
        number === undefined || !possible
          ? { kind: 'none' }
          : await testCall({ sipPhone, events, number, template: setup.dial, folder, say, patience }),
    };
  } finally {
    await sipPhone.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface TestCallParts {
  readonly sipPhone: SipPhone;
  readonly events: LegEvents;
  readonly number: string;
  readonly template: string;
  readonly folder: string;
  readonly say: (sentence: string) => void;
  readonly patience: PhonePatience;
}

async function testCall({
  sipPhone,
  events,
  number,
  template,
  folder,
  say,
  patience,
}: TestCallParts): Promise<TestCall> {
  const refusal = numberRefusal(number, undefined);
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  if (dialUri(template, number) === undefined)
    return { kind: 'refused', reason: 'emergency, as "dial" writes it' };
  say('Calling; please answer there, speak, and press any key …');
  sipPhone.dial({ id: leg, number, target: 'phone', language: 'en' });
  const answered = await events.next(
    ({ kind }) => kind === 'answered' || kind === 'ended',
    patience.answerMs,
  );
  if (answered?.kind !== 'answered') {
    sipPhone.hangUp(leg);
    return { kind: 'notReached', end: answered?.kind === 'ended' ? answered.why : 'nobody answered' };
  }
  const talked = new Promise((resolve) => setTimeout(resolve, patience.talkMs));
  const key = await events.next(({ kind }) => kind === 'digit' || kind === 'ended', patience.keyMs);
  await talked;
  sipPhone.hangUp(leg);
  // The engine completes its recordings as it goes down.
  await sipPhone.close();
  return {
    kind: 'answered',
    key: key?.kind === 'digit',
    levels: { heard: levelOf(folder, '-dec.wav'), sent: levelOf(folder, '-enc.wav') },
  };
}

/** Root mean square of what was recorded in one direction, 0 to 1. */
function levelOf(folder: string, direction: string): number {
  const name = readdirSync(folder).find((file) => file.endsWith(direction));
  const samples = name === undefined ? undefined : samplesOf(readFileSync(join(folder, name)));
  if (samples === undefined || samples.length === 0) return 0;
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  return Math.sqrt(energy / samples.length) / 32_768;
}

/** @returns undefined where the console does not register */
async function registeredWithin(phone: SipPhone, ms: number): Promise<boolean | undefined> {
  const until = performance.now() + ms;
  while (phone.line().registered === false && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return phone.line().registered;
}

/** What the leg has told, for one who waits for it. */
class LegEvents {
  readonly #events: LegEvent[] = [];
  #look: () => void = () => {};

  put(event: LegEvent): void {
    this.#events.push(event);
    this.#look();
  }

  /** The next one that is wanted, or undefined when the time is up. */
  async next(wanted: (event: LegEvent) => boolean, withinMs: number): Promise<LegEvent | undefined> {
    const { promise, resolve } = Promise.withResolvers<LegEvent | undefined>();
    const timer = setTimeout(() => resolve(undefined), withinMs);
    this.#look = () => {
      const at = this.#events.findIndex(wanted);
      if (at >= 0) resolve(this.#events.splice(0, at + 1).at(-1));
    };
    this.#look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#look = () => {};
    }
  }
}
