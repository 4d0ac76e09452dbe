import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  engineSink,
  engineSource,
  readAudioSink,
  readAudioSource,
} from '../../../drivers/sip/audio-setup.ts';
import { dialUri } from '../../../drivers/sip/dial-uri.ts';
import { EngineConfigFault, engineAccount, engineConfig } from '../../../drivers/sip/engine-config.ts';
import { readEngineMessage } from '../../../drivers/sip/engine-message.ts';
import { engineVersion, verifiesPeers } from '../../../drivers/sip/engine-version.ts';
import { engineWords } from '../../../drivers/sip/engine-words.ts';
import { legEndOf } from '../../../drivers/sip/leg-end.ts';
import { encodeNetstring, NetstringDecoder } from '../../../drivers/sip/netstring.ts';
import type { SipSetup } from '../../../drivers/sip/sip-setup.ts';
import { joined, samplesOf, sine, wavOf } from '../../../drivers/sip/wav.ts';

const setup: SipSetup = {
  program: '/usr/bin/baresip',
  modules: '/usr/lib/baresip/modules',
  user: 'lobby',
  domain: 'pbx.example',
  displayName: 'Le Sextant',
  transport: 'udp',
  unregisteredAlarmAfterMs: 120_000,
  dial: 'sip:{number}@pbx.example',
  listen: '0.0.0.0:5060',
  srtp: false,
  microphone: { kind: 'alsa', device: 'plughw:0,0' },
  speaker: { kind: 'alsa', device: 'plughw:0,0' },
};

describe('netstrings', () => {
  it('come out as they went in, however they were chopped up', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 1, max: 50 }), (texts, size) => {
        const stream = Buffer.concat(texts.map(encodeNetstring));
        const decoder = new NetstringDecoder();
        const read: string[] = [];
        for (let at = 0; at < stream.length; at += size) {
          const some = decoder.push(stream.subarray(at, at + size));
          if (some.kind === 'messages') read.push(...some.messages);
          else read.push('garbage');
        }
        expect(read).toEqual(texts.map((text) => Buffer.from(text).toString()));
      }),
    );
  });

  it.each(['POST / HTTP/1.1\r\n', '5:hello;', 'x:', ':', '-1:a,', ' 1:a,', '262145:', '99999999'])(
    'are not %j',
    (garbage) => {
      expect(new NetstringDecoder().push(Buffer.from(garbage))).toEqual({ kind: 'garbage' });
    },
  );

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { kind } = new NetstringDecoder().push(Buffer.from(bytes));
        expect(['messages', 'garbage']).toContain(kind);
      }),
    );
  });
});

describe('what the engine says', () => {
  it.each([
    ['{"response":true,"ok":true,"data":"","token":"t"}', { kind: 'response', ok: true, token: 't' }],
    [
      '{"event":true,"type":"CALL_CLOSED","direction":"outgoing","id":"c1","param":"486 Busy Here"}',
      { kind: 'call', what: 'closed', call: 'c1', inbound: false, param: '486 Busy Here' },
    ],
    [
      '{"event":true,"type":"CALL_INCOMING","direction":"incoming","id":"c1"}',
      { kind: 'call', what: 'incoming', call: 'c1', inbound: true, param: '' },
    ],
    ['{"event":true,"type":"REGISTER_OK","param":"200 OK"}', { kind: 'registered' }],
    [
      '{"event":true,"type":"REGISTER_FAIL","param":"403 Forbidden"}',
      { kind: 'registrationFailed', why: '403 Forbidden' },
    ],
    ['{"event":true,"type":"CALL_RTCP","id":"c1"}', { kind: 'other' }],
    ['{"event":true,"type":"toString","id":"c1"}', { kind: 'other' }],
  ])('is read: %s', (text, message) => {
    expect(readEngineMessage(text)).toEqual(message);
  });

  it.each(['', 'no JSON', '[]', '7', '{}', '{"response":"yes"}'])('is nothing of its: %j', (text) => {
    expect(readEngineMessage(text)).toBeUndefined();
  });

  it.each([
    ['486 Busy Here', false, 'busy'],
    ['600 Busy Everywhere', false, 'busy'],
    ['603 Decline', false, 'declined'],
    ['480 Temporarily Unavailable', false, 'unavailable'],
    ['408 Request Timeout', false, 'unavailable'],
    ['404 Not Found', false, 'unknownNumber'],
    ['410 Gone', false, 'unknownNumber'],
    ['484 Address Incomplete', false, 'unknownNumber'],
    ['503 Service Unavailable', false, 'failed'],
    ['403 Forbidden', false, 'failed'],
    ['Connection refused', false, 'failed'],
    ['Connection reset by peer', false, 'failed'],
    ['Connection reset by peer', true, 'hungUp'],
    ['Connection timed out', true, 'failed'],
    ['486 Busy Here', true, 'failed'],
    ['4860', false, 'failed'],
    ['', false, 'failed'],
  ] as const)('when a call closes with %j (answered: %s) means %s', (param, answered, why) => {
    expect(legEndOf(param, answered)).toBe(why);
  });

  it('gets into a log without colours, addresses or numbers', () => {
    const said =
      '\u001b[31mua: dial sip:+14165550100@pbx.example failed for 4165550100\u001b[m\n[0:01] audio\n';
    expect(engineWords(said)).toBe('ua: dial (address) failed for (number)');
    expect(engineWords('')).toBe('nothing');
  });

  it.each([
    ['baresip v1.0.0 Copyright (C) 2010\n', '1.0.0', false],
    ['baresip v1.1.0 Copyright', '1.1.0', true],
    ['baresip v3.18.2 Copyright', '3.18.2', true],
    ['something else', undefined, false],
  ])('of its version: %j, which checks certificates: %s %s', (said, version, verifies) => {
    expect(engineVersion(said)).toBe(version);
    expect(verifiesPeers(version)).toBe(verifies);
  });
});

describe('a number becomes an address', () => {
  it.each([
    ['+14165550100', 'sip:{number}@x', 'sip:+14165550100@x'],
    ['+14165550100', 'sip:{digits}@x', 'sip:14165550100@x'],
    ['204', 'sip:{number}@x;user=phone', 'sip:204@x;user=phone'],
  ])('%s by %s', (number, template, uri) => {
    expect(dialUri(template, number)).toBe(uri);
  });

  it.each([
    '',
    '1',
    '+0416555010',
    '416 555 0100',
    '4165550100',
    '+1416555O100',
    '1+4165550100',
    '++14165550100',
    '+14165550100@evil.example',
    'sip:bob@evil.example',
    '204;transport=tcp',
    '204?Replaces=x',
    '204%40evil.example',
    '+14165550100,9',
    '+14165550100p9',
    '+14165550100w9',
    '204\n',
    '２０４',
    '0014165550100',
    '204\r\nX: y',
    '٢٠٤',
  ])('only if it is one: %j is not dialled', (number) => {
    expect(dialUri('sip:{number}@x', number)).toBeUndefined();
  });

  it.each(['+911123456789', '+112345678'])('not as an emergency call: %s needs its plus sign', (number) => {
    expect(dialUri('sip:{digits}@x', number)).toBeUndefined();
    expect(dialUri('sip:{number}@x', number)).toBe(`sip:${number}@x`);
  });

  it.each([
    ['sip:9{number}@x', '11'],
    ['sip:1{number}@x', '12'],
    ['sip:9{digits}@x', '11'],
    ['sip:9{number}@x', '11234'],
    ['sip:9{number}@x;user=phone', '1123'],
    ['sip:9-{number};phone-context=x@x', '11'],
    ['sip:{number}1@x', '91'],
    ['sip:{number}2@x', '11'],
    ['sip:99{number}@x', '11'],
    ['sip:0{number}@x', '112'],
    ['sip:00{number}@x', '112'],
    ['sip:91{number}@x', '10'],
    ['sip:1{number}@x', '17'],
    ['sip:+1{number}@x', '911'],
    ['sip:9{number}@x', '+11234567890'],
    ['sip:91{digits}@x', '+14165550100'],
    ['sip:911@x;n={number}', '204'],
    ['sip:{number}@x', '911'],
    ['sip:%39%31{number}@x', '12'],
    ['sip:%2A9{number}@x', '15'],
    ['sip:{number}%23@x', '911'],
    ['sip:{number}@x', '+19115550100'],
  ])('not as an emergency call that the template’s own digits make: %s of %s', (template, number) => {
    expect(dialUri(template, number)).toBeUndefined();
  });

  it.each([
    ['sip:9{digits}@x', '+14165550100', 'sip:914165550100@x'],
    ['sip:9{number}@x', '+14165550100', 'sip:9+14165550100@x'],
    ['sip:9011{digits}@x', '+441632960123', 'sip:9011441632960123@x'],
    ['sip:00{digits}@x', '+33123456789', 'sip:0033123456789@x'],
    ['sip:9{digits}@x', '+994501234567', 'sip:9994501234567@x'],
    ['sip:9{number}@x', '204', 'sip:9204@x'],
    ['sip:11%23{digits}@x', '+14165550100', 'sip:11%2314165550100@x'],
    ['sip:%2B{digits}@x', '+14165550100', 'sip:%2B14165550100@x'],
    ['sip:9{number}@x', '1204', 'sip:91204@x'],
    ['sip:1{number}@x', '1205', 'sip:11205@x'],
    ['sip:21{number}@x', '12', 'sip:2112@x'],
    ['sip:{number}@x', '8101', 'sip:8101@x'],
    ['sip:{number}@x', '1120', 'sip:1120@x'],
    ['sip:+{digits}@x', '+14165550100', 'sip:+14165550100@x'],
    [
      'sip:resident@127.0.0.1:5090;number={number}',
      '+14165550100',
      'sip:resident@127.0.0.1:5090;number=+14165550100',
    ],
  ])('and an ordinary one goes on: %s of %s', (template, number, uri) => {
    expect(dialUri(template, number)).toBe(uri);
  });
});

describe('the texts for the engine', () => {
  it('load no more than is needed, one call at a time, with the controls on loopback', () => {
    const text = engineConfig(setup, 29_301);
    expect(text).toContain('ctrl_tcp_listen 127.0.0.1:29301\n');
    expect(text).toContain('call_max_calls 1\n');
    expect(text.match(/^module\S* \S+$/gm)).toEqual([
      'module_path /usr/lib/baresip/modules',
      'module g711.so',
      'module aufile.so',
      'module aubridge.so',
      'module alsa.so',
      'module_app account.so',
      'module_app menu.so',
      'module_app ctrl_tcp.so',
    ]);
  });

  it('ask for certificates to be checked where there is TLS', () => {
    expect(engineConfig({ ...setup, transport: 'tls', caFile: '/etc/ca.pem' }, 1)).toMatch(
      /sip_cafile \/etc\/ca\.pem\nsip_verify_server yes/,
    );
    expect(engineConfig(setup, 1)).not.toContain('verify');
  });

  it('let nobody transfer a call, and answer none', () => {
    expect(engineAccount(setup, undefined)).toBe(
      '"Le Sextant" <sip:lobby@pbx.example;transport=udp>;regint=0;answermode=manual;call_transfer=no;mwi=no;audio_codecs=pcmu,pcma',
    );
  });

  it('carry the login, the registration, the proxy and encryption', () => {
    const account = engineAccount(
      {
        ...setup,
        transport: 'tls',
        login: { user: 'lobby-1', passwordFile: '/p' },
        registerEveryMs: 300_000,
        outboundProxy: 'sip:edge.example',
        srtp: true,
      },
      'p w:d',
    );
    expect(account).toContain(';auth_user=lobby-1;auth_pass=p w:d;regint=300;');
    expect(account).toContain(';mediaenc=srtp-mand;outbound="sip:edge.example;transport=tls"');
  });

  it.each([
    ['user', { user: 'a;b' }],
    ['domain', { domain: 'x>' }],
    ['displayName', { displayName: 'a"b' }],
    ['password', { login: { user: 'a', passwordFile: '/p' } }],
    ['outboundProxy', { outboundProxy: 'sip:x"' }],
  ] as const)('take no %s that would break out of its place, and do not repeat it', (field, changed) => {
    const make = () => engineAccount({ ...setup, ...changed }, 'a\nb');
    expect(make).toThrow(EngineConfigFault);
    expect(make).toThrow(new RegExp(`phone's ${field} holds`));
  });

  it('name sources and sinks as the engine does', () => {
    expect(engineSource(readAudioSource('alsa:plughw:1,0'))).toBe('alsa,plughw:1,0');
    expect(engineSource(readAudioSource('file:/a/b.wav'))).toBe('aufile,/a/b.wav');
    expect(engineSink(readAudioSink('alsa:default'), 'b')).toBe('alsa,default');
    expect(engineSink(readAudioSink('discard'), 'b')).toBe('aubridge,b');
  });
});

describe('WAV files', () => {
  it('hold what was put into them', () => {
    const samples = joined(sine(440, 10), sine(880, 5));
    expect(samplesOf(wavOf(samples))).toEqual(samples);
    expect(samples).toHaveLength(120);
  });

  it.each([
    ['too short', Buffer.alloc(10)],
    ['of another kind', Buffer.alloc(100)],
    [
      'with another rate',
      (() => {
        const wav = wavOf(sine(440, 10));
        wav.writeUInt32LE(48_000, 24);
        return wav;
      })(),
    ],
  ])('%s are none of ours', (_, wav) => {
    expect(samplesOf(wav)).toBeUndefined();
  });
});
