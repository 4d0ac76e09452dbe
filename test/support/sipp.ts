import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { freeSipPort } from '../../scripts/free-sip-port.ts';

/** A telephone played by sipp from a scenario of its own. */
export interface Sipp {
  readonly port: number;
  /** Resolves once the scenario has been gone through; rejects with what was unexpected. */
  readonly done: Promise<void>;
}

const reply = (status: number, reason: string, sdp = false): string =>
  `<send ${sdp ? 'retrans="500"' : ''}><![CDATA[
SIP/2.0 ${status} ${reason}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]sipp[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
${
  sdp
    ? `Content-Type: application/sdp
Content-Length: [len]

v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
`
    : 'Content-Length: 0\\n'
}]]></send>`.replaceAll('\\n', '\n');

/** Rings, and then refuses with this status. */
export const refuses = (status: number, reason: string): string =>
  `<recv request="INVITE" crlf="true"/>${reply(180, 'Ringing')}${reply(status, reason)}<recv request="ACK"/>`;

/** Rings, answers, and is hung up on (BYE). */
export const answers = `<recv request="INVITE" crlf="true"/>${reply(180, 'Ringing')}${reply(200, 'OK', true)}<recv request="ACK"/><recv request="BYE"/>${reply(200, 'OK')}`;

/** Rings until the call is given up (CANCEL). */
export const ringsUntilCancelled = `<recv request="INVITE" crlf="true"/>${reply(180, 'Ringing')}<recv request="CANCEL"/>${reply(200, 'OK')}`;

export async function startSipp(scenario: string): Promise<Sipp> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-sipp-'));
  const file = join(folder, 'scenario.xml');
  writeFileSync(file, `<?xml version="1.0"?>\n<scenario name="resident">${scenario}</scenario>\n`);
  const [port, media] = [await freeSipPort(), await freeSipPort()];
  const child = spawn(
    '/usr/bin/sipp',
    [
      '-sf',
      file,
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-mi',
      '127.0.0.1',
      '-mp',
      String(media),
      '-m',
      '1',
      '-timeout',
      '50',
      '-nostdin',
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const done = once(child, 'exit').then(([code]) => {
    rmSync(folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`sipp ended with ${code}: ${said.slice(-2_000)}`);
  });
  done.catch(() => {});
  await Promise.race([bound(port, () => child.exitCode !== null), done]);
  return { port, done };
}

/** It says nothing when it listens; the kernel does. */
async function bound(port: number, gone: () => boolean): Promise<void> {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  while (!gone() && !readFileSync('/proc/net/udp', 'utf8').includes(local)) await passed(10);
}
