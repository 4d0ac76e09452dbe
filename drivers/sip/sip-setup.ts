import type { AudioSink, AudioSource } from './audio-setup.ts';

/** How this console is known to its registrar or trunk, and what it speaks and hears with. Checked by the configuration's schema. */
export interface SipSetup {
  /** Path of baresip, and the folder of its modules. */
  readonly program: string;
  readonly modules: string;
  readonly user: string;
  readonly domain: string;
  readonly displayName: string;
  readonly transport: SipTransport;
  /** Absent: neither registration nor calls are authenticated. */
  readonly login?: { readonly user: string; readonly passwordFile: string };
  /** Absent: the console does not register. */
  readonly registerEveryMs?: number;
  /** Without a registration for so long, somebody is told. */
  readonly unregisteredAlarmAfterMs: number;
  /** `sip:host[:port]` through which everything goes, whatever address a call has. */
  readonly outboundProxy?: string;
  /** CA certificates (PEM) to check a TLS peer against; engines from 1.1 on do. */
  readonly caFile?: string;
  /** With `{number}` or `{digits}` in it. */
  readonly dial: string;
  /** `address:port` of SIP; TLS takes the next port. */
  readonly listen: string;
  /** IP address that calls leave from; absent: the engine finds out. */
  readonly interface?: string;
  readonly srtp: boolean;
  readonly microphone: AudioSource;
  readonly speaker: AudioSink;
  /** Further lines of the engine's configuration. */
  readonly extraLines?: readonly string[];
}

type SipTransport = 'udp' | 'tcp' | 'tls';
