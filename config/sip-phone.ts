/** The phone section for a real line: how this console is known to a telephone system, and what it speaks and hears with. */
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { firstHop, isThisMachine, problemInDial, transportIn } from './sip-dial.ts';
import { duration } from './units.ts';

/** What would end its place in the phone engine's configuration is refused here. */
const plain = z
  .string()
  .regex(/^[^";<>\p{Cc}]{1,128}$/u, 'up to 128 characters without quotes, semicolons or angle brackets');
const word = z
  .string()
  .regex(/^[^";<>\s\p{Cc}@]{1,128}$/u, 'one word without quotes, semicolons, @ or angle brackets');
const path = z
  .string()
  .regex(/^[^";<>\s\p{Cc}]{1,255}$/u, 'a path without blanks, quotes, semicolons or angle brackets');

// The patterns are for editors that know the JSON Schema.
const anAddress = 'an IPv4 address of this machine, such as 192.0.2.10';
const anAddressWithPort = 'an IPv4 address and a port from 1 to 65534, such as 0.0.0.0:5060';

/** TLS takes the port behind it, which must be one, too. */
const isAddressWithPort = (text: string): boolean => {
  const [, address = '', port = ''] = /^([^:]*):([1-9]\d{0,4})$/.exec(text) ?? [];
  return isIPv4(address) && Number(port) >= 1 && Number(port) <= 65_534;
};

export const SipPhone = z
  .strictObject({
    hardware: z.literal('sip').describe('a real line: SIP, by the phone engine baresip (docs/calls.md)'),
    // The engine splits `user:password`, and then knows the account by another name than the one by which it is taken away.
    user: word
      .regex(/^[^:]*$/u, 'a name with no colon, behind which the phone engine would look for a password')
      .describe('the console’s user name at its telephone system or trunk, without a colon'),
    domain: word.describe('host of that system, with `:port` where it is not the usual one'),
    displayName: plain.default('Entrance').describe('what the called telephone shows'),
    authUser: word.optional().describe('user name to log in with; absent: `user`'),
    passwordFile: path
      .optional()
      .describe(
        'file that holds the password and that only its owner may read (mode 0600); relative to this file; absent: no login',
      ),
    transport: z
      .enum(['udp', 'tcp', 'tls'])
      .default('udp')
      .describe('how SIP travels; a line that is dead shows sooner over `tcp` or `tls`'),
    registerEvery: duration(z.int().min(30_000).max(86_400_000))
      .optional()
      .describe('how often the console registers; absent: it does not'),
    unregisteredAlarmAfter: duration(z.int().min(1_000).max(86_400_000))
      .prefault('2min')
      .describe('without a registration for so long, an alarm is raised'),
    outboundProxy: z
      .string()
      .regex(/^sip:[^";<>\s\p{Cc}]{1,128}$/u, '`sip:host` or `sip:host:port`')
      .optional()
      .describe('through which everything goes, whatever the address; `sip:host[:port]`'),
    caFile: path
      .optional()
      .describe('CA certificates (PEM) for TLS; relative to this file. Engines before 1.1 check none'),
    srtp: z
      .boolean()
      .default(false)
      .describe(
        'whether the sound must be encrypted (SRTP); its key travels with SIP, so `transport` must be `tls`, unless SIP goes to an edge on this machine',
      ),
    dial: z
      .string()
      .regex(/^sip:[^"<>\s\p{Cc}]{1,200}$/u, 'a SIP address such as sip:{number}@{domain}')
      .check(({ value, issues }) => {
        const message = value.startsWith('sip:') ? problemInDial(value) : undefined;
        if (message !== undefined) issues.push({ code: 'custom', message, input: value });
      })
      .default('sip:{number}@{domain}')
      .describe('the address of a number: `{number}` as it is, `{digits}` without its plus sign, `{domain}`'),
    listen: z
      .string()
      .regex(/^[0-9.]{7,15}:\d{1,5}$/, anAddressWithPort)
      .refine(isAddressWithPort, anAddressWithPort)
      .default('0.0.0.0:5060')
      .describe('where SIP listens; TLS takes the next port'),
    interface: z
      .string()
      .regex(/^[0-9.]{7,15}$/, anAddress)
      .refine(isIPv4, anAddress)
      .optional()
      .describe('the address that calls leave from; absent: found out'),
    microphone: z
      .string()
      .regex(/^(?:alsa|file):[^";<>\s\p{Cc}]{1,255}$/u, '`alsa:DEVICE`, or `file:PATH` for a trial')
      .default('alsa:default')
      .describe(
        '`alsa:DEVICE`; for a trial without a sound card `file:PATH` of a WAV file (8 kHz, mono, 16 bits) longer than any call',
      ),
    speaker: z
      .string()
      .regex(/^(?:discard|alsa:[^";<>\s\p{Cc}]{1,255})$/u, '`alsa:DEVICE`, or `discard` for a trial')
      .default('alsa:default')
      .describe(
        '`alsa:DEVICE`, one that mixes, since the page sounds its tones there, too: no `hw:` or `plughw:`; for a trial `discard`',
      ),
    engine: path.default('/usr/bin/baresip').describe('the phone engine'),
    engineModules: path.default('/usr/lib/baresip/modules').describe('the folder of its modules'),
  })
  .check(({ value, issues }) => {
    const { srtp, transport, dial } = value;
    // Behind a proxy it is how the proxy goes on (RFC 3261 section 8.1.2).
    const other = value.outboundProxy === undefined ? transportIn(dial) : undefined;
    if (other !== undefined && other !== transport)
      issues.push({
        code: 'custom',
        path: ['dial'],
        message: `without ;transport=, or with that of \`transport\`, which is ${transport}`,
        input: value,
      });
    if (srtp && transport !== 'tls' && !isThisMachine(firstHop(value)))
      issues.push({
        code: 'custom',
        path: ['srtp'],
        message: `false while \`transport\` is ${transport}: the key of the sound would travel in clear; set \`transport: tls\`, or send calls through a SIP edge on this machine that has TLS (\`outboundProxy: sip:127.0.0.1\`)`,
        input: value,
      });
  })
  .describe('the phone');
