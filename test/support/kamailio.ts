import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { reach } from '../../drivers/sip/control-channel.ts';
import { freeSipPort } from '../../scripts/free-sip-port.ts';
import { kamailioFolder } from '../../scripts/system-packages.ts';

/** The trunk that an installer buys: registrar and proxy with digest, over UDP, TCP and TLS; it rings one telephone whatever the number. */
export interface Kamailio extends AsyncDisposable {
  readonly port: number;
  readonly tlsPort: number;
  /** Whoever was registered is forgotten. */
  stop(): Promise<void>;
  /** On the same ports. */
  restart(): Promise<void>;
}

const program = `${kamailioFolder}usr/sbin/kamailio`;
const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const libraries = `${kamailioFolder}usr/lib/${architecture}-linux-gnu/kamailio/`;
const modulesFolder = `${libraries}modules/`;

export const trunkLogin = { user: 'lobby', password: 'trunk-password' } as const;

export async function startKamailio(telephonePort: number): Promise<Kamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-kamailio-'));
  const [port, tlsPort] = [await freeSipPort(), await freeSipPort()];
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
    { stdio: 'ignore' },
  );
  const modules = [
    'tls',
    'tm',
    'sl',
    'rr',
    'pv',
    'maxfwd',
    'textops',
    'siputils',
    'usrloc',
    'registrar',
    'auth',
    'nathelper',
  ];
  const file = join(folder, 'kamailio.cfg');
  writeFileSync(
    file,
    `#!KAMAILIO
debug=0
log_stderror=yes
children=1
tcp_children=1
enable_tls=yes
auto_aliases=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
listen=tls:127.0.0.1:${tlsPort}
mpath="${modulesFolder}"
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("tls", "private_key", "${key}")
modparam("tls", "certificate", "${certificate}")
modparam("tls", "tls_method", "TLSv1.2+")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 1)
request_route {
  if (has_totag()) { handle_ruri_alias(); if (loose_route() || is_method("ACK|BYE|INFO|UPDATE")) { t_relay(); } exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (!pv_auth_check("127.0.0.1", "${trunkLogin.password}", "0", "0")) { auth_challenge("127.0.0.1", "1"); exit; }
  if (is_method("REGISTER")) { save("location"); exit; }
  # A telephone behind TLS has no certificate: it is reached by the connection that it has made.
  add_contact_alias();
  record_route();
  $ru = "sip:resident@127.0.0.1:${telephonePort};transport=udp";
  t_relay();
}
`,
  );
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(
      program,
      ['-DD', '-f', file, '-m', '16', '-M', '4', '-Y', folder, '-P', join(folder, 'pid')],
      {
        env: { ...process.env, LD_LIBRARY_PATH: libraries },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    // It binds UDP before it listens anywhere, and TLS last.
    await listening(child, [port, tlsPort]);
    return child;
  };
  let child = await start();
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  };
  return {
    port,
    tlsPort,
    stop,
    async restart() {
      child = await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess, ports: readonly number[]): Promise<void> {
  let said = '';
  let gone = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.once('error', (error) => {
    said += error.message;
    gone = true;
  });
  child.once('exit', () => {
    gone = true;
  });
  for (const port of ports) {
    for (let socket = await reach(port); ; socket = await reach(port)) {
      socket?.destroy();
      if (gone) throw new Error(`kamailio did not start: ${said}`);
      if (socket !== undefined) break;
      await passed(50);
    }
  }
}
