import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerConfig } from '../../../config/load.ts';
import { loadConfig } from '../../../config/load.ts';
import { judgePhone, judgePhoneStatus, type PhoneFacts } from '../../../controller/doctor/areas/phone.ts';
import { readPhone } from '../../../controller/doctor/readers/phone.ts';
import { silence, wavOf } from '../../../drivers/sip/wav.ts';
import { BaresipResident } from '../../support/baresip-resident.ts';
import { freePort } from '../../support/free-port.ts';
import { SipPeer } from '../../support/sip-peer.ts';
import { consoleTone, type SipFolder, sipFolder } from '../../support/sip-site.ts';

let folder: SipFolder;
let resident: BaresipResident;
beforeAll(async () => {
  folder = sipFolder();
  resident = await BaresipResident.start();
});
afterAll(async () => {
  await resident[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const patience = { controllerMs: 500, registrationMs: 500, answerMs: 5_000, keyMs: 3_000, talkMs: 800 };

async function siteConfig(phone: string): Promise<ControllerConfig> {
  const file = join(folder.path, 'vestibule.yaml');
  const door = '{hardware: simulated, monitor: false, rex: report, fire: ignore}';
  writeFileSync(file, `console: {port: ${await freePort()}, keypadDoor: a}\ndoors: {a: ${door}}\n${phone}`);
  const read = loadConfig(file);
  if (read.kind === 'refused') throw new Error(read.problem);
  return read.config;
}

const line = async (changed: Record<string, string> = {}): Promise<ControllerConfig> => {
  const keys = {
    hardware: 'sip',
    user: 'lobby',
    domain: '127.0.0.1',
    dial: `sip:resident@127.0.0.1:${resident.port};n={number}`,
    listen: `127.0.0.1:${await freePort()}`,
    interface: '127.0.0.1',
    microphone: `file:${folder.tone(consoleTone)}`,
    speaker: 'discard',
    ...changed,
  };
  return siteConfig(
    `phone:\n${Object.entries(keys)
      .map(([key, value]) => `  ${key}: "${value}"\n`)
      .join('')}`,
  );
};

const codesOf = async (config: ControllerConfig, number?: string): Promise<readonly string[]> =>
  judgePhone(await readPhone(config, number, () => {}, patience), config.file).map(({ code }) => code);

describe('vestibule doctor phone', () => {
  it('makes a test call, and hears keys and sound both ways', async () => {
    const found = codesOf(await line(), '+14165550100');
    await resident.answer();
    resident.press('5');
    await resident.ended();
    resident.release();
    expect(await found).toEqual([
      'phoneAudioThere',
      'phoneEngineGood',
      'phoneAnswered',
      'phoneKeyHeard',
      'phoneHears',
      'phoneSpeaks',
    ]);
  });

  it('finds keys and sound that do not arrive', async () => {
    const deaf = await SipPeer.start();
    deaf.onInvite = () => deaf.answer();
    const silent = join(folder.path, 'silent.wav');
    writeFileSync(silent, wavOf(silence(30_000)));
    const config = await line({ dial: `sip:{number}@127.0.0.1:${deaf.port}`, microphone: `file:${silent}` });
    expect((await codesOf(config, '204')).slice(2)).toEqual([
      'phoneAnswered',
      'phoneKeyNotHeard',
      'phoneHearsNothing',
      'phoneSpeaksNothing',
    ]);
    await deaf[Symbol.asyncDispose]();
  });

  it('says that nobody was reached, and why', async () => {
    const busy = await SipPeer.start();
    busy.onInvite = () => busy.reply(486, 'Busy Here');
    const config = await line({ dial: `sip:{number}@127.0.0.1:${busy.port}` });
    const findings = judgePhone(await readPhone(config, '204', () => {}, patience), config.file);
    expect(findings.at(-1)).toMatchObject({ code: 'phoneNotReached', what: expect.stringContaining('busy') });
    await busy[Symbol.asyncDispose]();
  });

  it.each(['911', '+19005550100', 'abc', '+1 416 555 0100'])('does not call %s', async (number) => {
    expect((await codesOf(await line(), number)).at(-1)).toBe('phoneNumberRefused');
  });

  it('finds a line that does not know the console', async () => {
    const registrar = await SipPeer.start();
    registrar.onRegister = () => [403, 'Forbidden'];
    const changed = { domain: `127.0.0.1:${registrar.port}`, registerEvery: '60s' };
    expect(await codesOf(await line(changed))).toEqual([
      'phoneAudioThere',
      'phoneEngineGood',
      'phoneNotRegistered',
      'phoneCallNotMade',
    ]);
    registrar.onRegister = () => [200, 'OK'];
    expect(await codesOf(await line(changed))).toContain('phoneRegistered');
    await registrar[Symbol.asyncDispose]();
  });

  it('finds sound and an engine that are missing', async () => {
    const config = await line({ microphone: 'alsa:hw:7,7', engine: '/usr/bin/no-such-engine' });
    expect(await codesOf(config, '204')).toEqual(['phoneAudioMissing', 'phoneEngineFailed']);
  });

  it('has nothing to try without a real line', async () => {
    expect(await codesOf(await siteConfig(''))).toEqual(['phoneNotReal']);
    expect(await codesOf(await siteConfig('phone: {hardware: simulated}\n'))).toEqual(['phoneNotReal']);
  });

  it.each<[string, PhoneFacts]>([
    ['phoneInUse', { kind: 'inUse' }],
    [
      'phoneTlsUnverified',
      { kind: 'looked', version: '1.0.0', waitedSeconds: 10, tls: 'unverified', call: { kind: 'none' } },
    ],
  ])('says %s', (code, facts) => {
    expect(judgePhone(facts, 'f').map((finding) => finding.code)).toContain(code);
  });
});

describe('vestibule doctor, of the phone of a running controller', () => {
  const line = { transport: 'tls', tlsVerified: false, srtp: true } as const;
  it.each([
    [undefined, []],
    [{ simulated: true }, []],
    [{ simulated: false, line: { ...line, transport: 'udp' as const } }, ['phoneReady']],
    [{ simulated: false, line: { ...line, tlsVerified: true } }, ['phoneReady']],
    [{ simulated: false, line }, ['phoneReady', 'phoneTlsUnverified']],
    [{ simulated: false, line, fault: 'It is gone.' }, ['phoneBroken']],
    [{ simulated: false, line, unregistered: 'Not known.' }, ['phoneUnregistered', 'phoneTlsUnverified']],
  ])('which says %j, finds %j', (phone, codes) => {
    expect(judgePhoneStatus(phone).map(({ code }) => code)).toEqual(codes);
  });
});
