/** `vestibule doctor phone` on real lines, and what doctor says of the phone of a running controller. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControllerConfig, loadConfig } from '../../config/load.ts';
import { judgePhone, judgePhoneStatus, type PhoneFacts } from '../../controller/doctor/areas/phone.ts';
import { examine } from '../../controller/doctor/examine.ts';
import type { Finding } from '../../controller/doctor/finding.ts';
import { type PhonePatience, readPhone } from '../../controller/doctor/readers/phone.ts';
import { unsharedSpeaker } from '../../controller/doctor/readers/phone-files.ts';
import { silence, wavOf } from '../../drivers/sip/wav.ts';
import { freeSipPort } from '../../scripts/free-sip-port.ts';
import { BaresipResident } from '../support/baresip-resident.ts';
import { vestibule } from '../support/command.ts';
import { oneOf, provoked } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { SipPeer } from '../support/sip-peer.ts';
import { consoleTone, type SipFolder, sipFolder } from '../support/sip-site.ts';

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

/** A busy machine takes its time; where waiting is to end in vain, the test says how long it waits. */
const patient: PhonePatience = {
  ...{ controllerMs: 30_000, registrationMs: 30_000, answerMs: 30_000, keyMs: 30_000 },
  talkMs: 2_000,
};

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
    listen: `127.0.0.1:${await freeSipPort()}`,
    interface: '127.0.0.1',
    microphone: `file:${folder.tone(consoleTone)}`,
    speaker: 'discard',
    ...changed,
  };
  const lines = Object.entries(keys).map(([key, value]) => `  ${key}: "${value}"\n`);
  return siteConfig(`phone:\n${lines.join('')}`);
};

const examined = async (
  config: ControllerConfig,
  number?: string,
  patience: Partial<PhonePatience> = {},
): Promise<readonly Finding[]> =>
  judgePhone(await readPhone(config, number, () => {}, { ...patient, ...patience }), config.file);

const telephone = async (onInvite: (peer: SipPeer) => void): Promise<SipPeer> => {
  const peer = forThisTest(await SipPeer.start());
  peer.onInvite = () => onInvite(peer);
  return peer;
};

const registrar = async (status: 200 | 403): Promise<ControllerConfig> => {
  const peer = forThisTest(await SipPeer.start());
  peer.onRegister = () => [status, 'As said'];
  return line({ domain: `127.0.0.1:${peer.port}`, registerEvery: '60s' });
};

describe('vestibule doctor phone', () => {
  provoked(
    ['phoneAudioThere', 'phoneEngineGood', 'phoneAnswered', 'phoneKeyHeard', 'phoneHears', 'phoneSpeaks'],
    'a test call with keys and sound both ways',
    async () => {
      const findings = examined(await line(), '+14165550100');
      await resident.answer();
      resident.press('5');
      await resident.ended();
      resident.release();
      return findings;
    },
  );

  provoked(
    ['phoneKeyNotHeard', 'phoneHearsNothing', 'phoneSpeaksNothing'],
    'a test call in which nothing gets through',
    async () => {
      const deaf = await telephone((peer) => peer.answer());
      const silent = join(folder.path, 'silent.wav');
      writeFileSync(silent, wavOf(silence(30_000)));
      const dial = `sip:{number}@127.0.0.1:${deaf.port}`;
      return examined(await line({ dial, microphone: `file:${silent}` }), '204', {
        ...{ keyMs: 800, talkMs: 800 },
      });
    },
  );

  provoked(['phoneNotReached'], 'a number that is busy', async () => {
    const busy = await telephone((peer) => peer.reply(486, 'Busy Here'));
    return examined(await line({ dial: `sip:{number}@127.0.0.1:${busy.port}` }), '204');
  });

  provoked(['phoneNumberRefused'], 'an emergency number', async () => examined(await line(), '911'));

  it.each(['+19005550100', 'abc', '+1 416 555 0100'])('does not call %s', async (number) => {
    expect((await examined(await line(), number)).at(-1)?.code).toBe('phoneNumberRefused');
  });

  provoked(['phoneNotRegistered', 'phoneCallNotMade'], 'a line that does not know the console', async () =>
    examined(await registrar(403), undefined, { registrationMs: 500 }),
  );
  provoked(['phoneRegistered'], 'a line that knows the console', async () => examined(await registrar(200)));

  provoked(['phoneAudioMissing', 'phoneEngineFailed'], 'no sound and no engine', async () =>
    examined(await line({ microphone: 'alsa:hw:7,7', engine: '/usr/bin/no-such-engine' }), '204'),
  );

  provoked(['phoneFileUnusable'], 'a password file that is not there', async () => {
    const findings = await examined(await line({ passwordFile: 'no.password' }));
    expect(findings[0]?.what).toBe(
      `The phone's password file ${join(folder.path, 'no.password')} cannot be read.`,
    );
    return findings;
  });
  provoked(['phoneFileUnusable'], 'CA certificates that are not there', async () =>
    examined(await line({ caFile: 'no-ca.pem' })),
  );
  provoked(['phoneSpeakerUnshared'], 'a loudspeaker that the page would have to leave to it', async () =>
    examined(await line({ speaker: 'alsa:plughw:CARD=Device,DEV=0', engine: '/usr/bin/no-such-engine' })),
  );
  it('calls no number that "dial" makes an emergency call of', async () => {
    const findings = await examined(await line({ dial: 'sip:9{number}@127.0.0.1' }), '11');
    expect(findings.at(-1)?.what).toBe(
      'That is no number that this console may call (emergency, as "dial" writes it).',
    );
  });

  provoked(['phoneNotReal'], 'a simulated phone', async () =>
    examined(await siteConfig('phone: {hardware: simulated}\n')),
  );
  provoked(['phoneNotReal'], 'no phone', async () => examined(await siteConfig('')));

  it('is a command: findings as JSON, and 1 where something has failed', async () => {
    const config = await line({ engine: '/usr/bin/no-such-engine' });
    const { code, stdout } = await vestibule([
      'doctor',
      'phone',
      '--json',
      '--config',
      config.file,
    ]).finished();
    const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
    expect(code).toBe(1);
    expect(findings.map((finding) => finding.code)).toEqual(['phoneAudioThere', 'phoneEngineFailed']);
    const none = await siteConfig('');
    const plain = await vestibule(['doctor', 'phone', '--call', '204', '--config', none.file]).finished();
    expect(plain).toMatchObject({ code: 0, stdout: expect.stringContaining('phoneNotReal') });
  });

  const unverified: PhoneFacts = {
    ...{ kind: 'looked', version: '1.0.0', waitedSeconds: 10, tls: 'unverified', call: { kind: 'none' } },
  };
  provoked(['phoneInUse'], 'a controller that runs', async () => judgePhone({ kind: 'inUse' }, 'f'));
  provoked(['phoneTlsUnverified'], 'TLS by an engine that checks nothing', async () =>
    judgePhone(unverified, 'f'),
  );
});

describe('vestibule doctor, of the phone of a running controller', () => {
  const tls = { transport: 'tls', tlsVerified: false, srtp: true } as const;
  const udp = { ...tls, transport: 'udp' } as const;

  provoked(['phoneReady'], 'one that works', async () => judgePhoneStatus({ simulated: false, line: udp }));
  provoked(['phoneBroken'], 'one without its engine', async () =>
    judgePhoneStatus({ simulated: false, line: udp, fault: 'The phone engine ended.' }),
  );
  provoked(['phoneUnregistered', 'phoneTlsUnverified'], 'one that its line does not know', async () =>
    judgePhoneStatus({ simulated: false, line: tls, unregistered: 'Not registered.' }),
  );

  provoked(['phoneFileUnusable'], 'one whose password others may read, before it runs', async () => {
    const open = join(folder.path, 'open.password');
    writeFileSync(open, 'x', { mode: 0o644 });
    const config = await line({ passwordFile: 'open.password' });
    const findings = await examine(config, { watch: (_, work) => work });
    expect(oneOf(findings, 'phoneFileUnusable').what).toContain(`run chmod 600 ${open}.`);
    return findings;
  });

  provoked(['phoneSpeakerUnshared'], 'one with a loudspeaker of its own, while it runs or not', async () => {
    const findings = await examine(await line({ speaker: 'alsa:hw:1,0' }), { watch: (_, work) => work });
    expect(oneOf(findings, 'phoneSpeakerUnshared').what).toContain('The loudspeaker hw:1,0 belongs');
    return findings;
  });

  it.each([
    ['alsa:hw:1,0', 'hw:1,0'],
    ['alsa:plughw:CARD=Device', 'plughw:CARD=Device'],
    ['alsa:plughw', 'plughw'],
    ['alsa:default', undefined],
    ['alsa:default:CARD=Device', undefined],
    ['alsa:hwmix', undefined],
    ['discard', undefined],
  ])('takes of the loudspeaker %s for one that cannot be shared: %s', async (speaker, device) => {
    expect(unsharedSpeaker(await line({ speaker }))).toBe(device);
  });

  it.each([undefined, { simulated: true }])('has nothing to say of %j', (phone) => {
    expect(judgePhoneStatus(phone)).toEqual([]);
  });

  it('is content with a certificate that was checked', () => {
    const codes = judgePhoneStatus({ simulated: false, line: { ...tls, tlsVerified: true } });
    expect(codes.map(({ code }) => code)).toEqual(['phoneReady']);
  });
});
