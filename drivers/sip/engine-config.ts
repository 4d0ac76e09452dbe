/**
 * The texts from which baresip is started, pure. What must hold: nothing is loaded that is not needed, the control port
 * is on loopback, one call at a time, nobody transfers a call of ours, and no value can begin a line or a parameter of
 * its own.
 */
import { engineSink, engineSource } from './audio-setup.ts';
import type { SipSetup } from './sip-setup.ts';

/** A value that would break out of its place in the engine's configuration. */
export class EngineConfigFault extends Error {
  readonly code = 'badValue';
  constructor(field: string) {
    super(
      `The phone's ${field} holds a character that the phone engine cannot take (a quote, a semicolon, a bracket or a line end).`,
    );
    this.name = 'EngineConfigFault';
  }
}

/** @throws EngineConfigFault */
export function engineConfig(setup: SipSetup, controlPort: number): string {
  const lines = [
    'poll_method epoll',
    `sip_listen ${plain('listen', setup.listen)}`,
    // Releases before 1.1 know neither of these two, and verify nobody.
    ...(setup.caFile === undefined ? [] : [`sip_cafile ${plain('caFile', setup.caFile)}`]),
    ...(setup.transport === 'tls' ? ['sip_verify_server yes'] : []),
    'call_max_calls 1',
    'call_local_timeout 120',
    `audio_source ${plain('microphone', engineSource(setup.microphone))}`,
    `audio_player ${plain('speaker', engineSink(setup.speaker, 'speaker'))}`,
    'audio_alert aubridge,alert',
    'audio_level no',
    'rtp_tos 184',
    'jitter_buffer_delay 1-10',
    ...(setup.interface === undefined ? [] : [`net_interface ${plain('interface', setup.interface)}`]),
    `module_path ${plain('modules', setup.modules)}`,
    ...modules(setup).map((name) => `module ${name}.so`),
    ...['account', 'menu', 'ctrl_tcp'].map((name) => `module_app ${name}.so`),
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    'ringback_disabled yes',
    'menu_bell no',
    ...(setup.extraLines ?? []),
  ];
  return `${lines.join('\n')}\n`;
}

function modules({ microphone, speaker, srtp }: SipSetup): readonly string[] {
  const alsa = microphone.kind === 'alsa' || speaker.kind === 'alsa';
  return ['g711', 'aufile', 'aubridge', ...(alsa ? ['alsa'] : []), ...(srtp ? ['srtp'] : [])];
}

/**
 * The account as the engine takes it: `"Lobby" <sip:lobby@host;transport=tls>;regint=300;…`
 * @param password of the login, where there is one
 * @throws EngineConfigFault
 */
export function engineAccount(setup: SipSetup, password: string | undefined): string {
  const { user, domain, displayName, transport, login, registerEveryMs, outboundProxy, srtp } = setup;
  const parameters = [
    ...(login === undefined
      ? []
      : [`auth_user=${plain('login', login.user)}`, `auth_pass=${plain('password', password ?? '')}`]),
    `regint=${Math.round((registerEveryMs ?? 0) / 1_000)}`,
    'answermode=manual',
    'call_transfer=no',
    'mwi=no',
    'audio_codecs=pcmu,pcma',
    ...(srtp ? ['mediaenc=srtp-mand'] : []),
    ...(outboundProxy === undefined
      ? []
      : [`outbound="${plain('outboundProxy', outboundProxy)};transport=${transport}"`]),
  ];
  const address = `sip:${plain('user', user)}@${plain('domain', domain)};transport=${transport}`;
  return `"${plain('displayName', displayName)}" <${address}>;${parameters.join(';')}`;
}

function plain(field: string, value: string): string {
  if (/[";<>\p{Cc}]/u.test(value)) throw new EngineConfigFault(field);
  return value;
}
