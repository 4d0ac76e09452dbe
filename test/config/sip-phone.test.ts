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

  it.each([
    ['listen', '999.1.1.1:99999', 'an IPv4 address and a port from 1 to 65534, such as 0.0.0.0:5060'],
    ['listen', '0.0.0.0:65535', 'an IPv4 address and a port from 1 to 65534, such as 0.0.0.0:5060'],
    ['listen', '0.0.0.0:0', 'an IPv4 address and a port from 1 to 65534, such as 0.0.0.0:5060'],
    ['interface', '....1.2.3', 'an IPv4 address of this machine, such as 192.0.2.10'],
    ['interface', '256.1.1.1', 'an IPv4 address of this machine, such as 192.0.2.10'],
    ['dial', 'sip:{number}@{dommain}', 'nothing in braces but {number}, {digits} and {domain}, such as'],
    ['dial', 'sip:{numbr}@x', 'nothing in braces but {number}, {digits} and {domain}, such as'],
    ['dial', 'sip:{number@x', 'nothing in braces but {number}, {digits} and {domain}, such as'],
    ['dial', 'sip:{number}', 'a user before it and a host behind it, such as'],
    ['dial', 'sip:{number}@', 'a user before it and a host behind it, such as'],
    ['dial', 'sip:@{domain};n={number}', 'a user before it and a host behind it, such as'],
    ['dial', 'sip:100@{number}', 'a user before it and a host behind it, such as'],
    ['dial', 'sip:{number}@a@b', 'a user before it and a host behind it, such as'],
    ['dial', 'sip:100@{domain}', 'a SIP address with {number} or {digits} in it, such as'],
    ['dial', 'sip:1122%23{digits}@x', 'do not make an emergency call (112) of every number, such as'],
    ['dial', 'sip:11{digits}@x', 'do not make an emergency call (112) of every number, such as'],
    ['dial', 'sip:%39-11{number}@x', 'do not make an emergency call (911) of every number, such as'],
    ['dial', 'sip:999;phone-context=x@x;n={number}', 'an emergency call (999) of every number, such as'],
    ['dial', 'tel:{number}', 'a SIP address such as sip:{number}@{domain}'],
  ])('says of %s %j what it must be', (key, value, words) => {
    const { error } = SipPhone.safeParse({ ...least, [key]: value });
    expect(error?.issues).toMatchObject([{ path: [key], message: expect.stringContaining(words) }]);
  });

  it.each([
    'sip:9{number}@{domain}',
    'sip:{digits}@gw.{domain}:5070;user=phone',
    'sip:{number}@[2001:db8::1]:5060',
    'sip:resident@127.0.0.1:5090;number={number}',
    'sip:{number}@{domain};transport=udp',
    'sip:11%23{digits}@{domain}',
    'sip:11{number}@{domain}',
    'sip:99{digits}@{domain}',
    'sip:9011{digits}@{domain}',
    'sip:+{digits}@{domain}',
    'sip:2112{number}@{domain}',
  ])('dials by %s', (dial) => {
    expect(SipPhone.parse({ ...least, dial }).dial).toBe(dial);
  });

  it.each([
    ['udp', {}],
    ['tcp', {}],
    ['udp', { domain: '127.0.0.1.example:5060' }],
    ['udp', { domain: '127.0.0.1', dial: 'sip:{number}@pbx.example' }],
    ['tcp', { domain: '127.0.0.1', outboundProxy: 'sip:edge.example' }],
  ] as const)('refuses SRTP over %s with %j: its key would travel in clear', (transport, changed) => {
    expect(SipPhone.safeParse({ ...least, srtp: true, transport, ...changed }).error?.issues).toMatchObject([
      { path: ['srtp'], message: expect.stringContaining('`transport: tls`') },
    ]);
    expect(SipPhone.safeParse({ ...least, transport, ...changed }).success).toBe(true);
  });

  it.each([
    { transport: 'tls' },
    { transport: 'udp', domain: '127.0.0.1:5062' },
    { transport: 'tcp', domain: 'localhost' },
    { transport: 'udp', outboundProxy: 'sip:127.0.0.1:5061' },
  ])('takes SRTP with %j', (changed) => {
    expect(SipPhone.safeParse({ ...least, srtp: true, ...changed }).success).toBe(true);
  });

  it('lets no address leave the transport that encrypts its key', () => {
    const dial = 'sip:{number}@{domain};transport=udp';
    const { error } = SipPhone.safeParse({ ...least, srtp: true, transport: 'tls', dial });
    expect(error?.issues).toMatchObject([
      { path: ['dial'], message: expect.stringContaining('of `transport`, which is tls') },
    ]);
  });

  it.each([
    ['udp', false],
    ['udp', true],
    ['tls', true],
  ] as const)('leaves it to a proxy how it goes on: over %s, with SRTP %s', (transport, srtp) => {
    const dial = 'sip:{number}@trunk.example.net;transport=tls';
    const outboundProxy = 'sip:127.0.0.1';
    const phone = SipPhone.safeParse({ ...least, outboundProxy, dial, transport, srtp });
    expect(phone.error?.issues).toBeUndefined();
    const away = SipPhone.safeParse({ ...least, outboundProxy: 'sip:edge.example', dial, srtp: true });
    expect(away.error?.issues).toMatchObject([{ path: ['srtp'] }]);
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
