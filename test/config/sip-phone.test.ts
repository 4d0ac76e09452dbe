import { describe, expect, it } from 'vitest';
import { SipPhone } from '../../config/sip-phone.ts';
import { sipSetupOf } from '../../controller/phone-setup.ts';
import { EngineConfigFault, engineAccount, engineConfig } from '../../drivers/sip/engine-config.ts';

const least = { hardware: 'sip', user: 'lobby', domain: 'pbx.example' } as const;

describe('a real line in the configuration', () => {
  it('needs no more than a user and a domain', () => {
    const setup = sipSetupOf(SipPhone.parse(least), '/etc/vestibule/vestibule.yaml');
    expect(setup).toEqual({
      program: '/usr/bin/baresip',
      modules: '/usr/lib/baresip/modules',
      user: 'lobby',
      domain: 'pbx.example',
      displayName: 'Entrance',
      transport: 'udp',
      unregisteredAlarmAfterMs: 120_000,
      dial: 'sip:{number}@pbx.example',
      listen: '0.0.0.0:5060',
      srtp: false,
      microphone: { kind: 'alsa', device: 'default' },
      speaker: { kind: 'alsa', device: 'default' },
    });
  });

  it('names its files beside its own', () => {
    const phone = SipPhone.parse({
      ...least,
      passwordFile: './phone.password',
      caFile: 'ca.pem',
      registerEvery: '5min',
      outboundProxy: 'sip:edge.example:5061',
      interface: '10.0.0.7',
      microphone: 'file:tone.wav',
      speaker: 'discard',
    });
    expect(sipSetupOf(phone, '/etc/vestibule/vestibule.yaml')).toMatchObject({
      login: { user: 'lobby', passwordFile: '/etc/vestibule/phone.password' },
      caFile: '/etc/vestibule/ca.pem',
      registerEveryMs: 300_000,
      microphone: { kind: 'file', path: '/etc/vestibule/tone.wav' },
      speaker: { kind: 'discard' },
    });
  });

  it.each([
    ['user', 'a;b'],
    ['user', 'a b'],
    ['user', 'lobby:2'],
    ['domain', 'x>'],
    ['displayName', 'a"b'],
    ['passwordFile', 'a\nmodule x.so'],
    ['outboundProxy', 'http://x'],
    ['dial', 'sip:{nmber}@x'],
    ['dial', 'tel:{number}'],
    ['dial', 'sip:{number}@x\r\nX: y'],
    ['listen', 'localhost:5060'],
    ['interface', 'eth0'],
    ['microphone', 'oss:/dev/dsp'],
    ['microphone', 'alsa:hw:0\nmodule x.so'],
    ['speaker', 'file:/x.wav'],
    ['transport', 'sctp'],
    ['registerEvery', '1s'],
    ['engine', '/bin/sh -c x'],
  ])('refuses %s: %j', (key, value) => {
    expect(SipPhone.safeParse({ ...least, [key]: value }).success).toBe(false);
  });

  it('says why a user has no colon; a login may have one', () => {
    const login = { authUser: 'lobby:2', passwordFile: 'phone.password' };
    expect(SipPhone.safeParse({ ...least, ...login }).success).toBe(true);
    expect(SipPhone.safeParse({ ...least, user: 'lobby:2' }).error?.issues).toMatchObject([
      { path: ['user'], message: expect.stringContaining('no colon') },
    ]);
  });

  it('lets nothing through that the engine’s texts would refuse', () => {
    const setup = sipSetupOf(
      SipPhone.parse({ ...least, displayName: 'Entrée — 2ᵉ étage, (nord)' }),
      '/x.yaml',
    );
    expect(() => [engineConfig(setup, 1), engineAccount(setup, undefined)]).not.toThrow(EngineConfigFault);
  });
});
