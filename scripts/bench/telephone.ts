/** A telephone on a UDP port of this process: rings, answers and presses keys, and says when what arrived. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

interface Invite {
  /** `performance.now()` of its arrival. */
  readonly atMs: number;
  readonly text: string;
  readonly port: number;
}

export interface Telephone {
  readonly port: number;
  /** Whether calls from now on are answered with a header of 63 KB, twice, as a telephone does whose answer nobody confirms. */
  unreadable: boolean;
  /** The next call; it rings already. */
  invited(): Promise<Invite>;
  answer(invite: Invite): void;
  /** Resolves when the console has taken the answer. */
  acknowledged(): Promise<unknown>;
  /** RFC 4733: the packets that begin a key, as they are on the wire. */
  press(invite: Invite, digit: number): void;
  /** Resolves when the console has hung up. */
  hungUp(): Promise<unknown>;
  close(): void;
}

export async function startTelephone(): Promise<Telephone> {
  const [sip, rtp] = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of [sip, rtp]) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  const waiting = new EventTarget();
  const next = (name: string): Promise<unknown> =>
    new Promise((resolve) => waiting.addEventListener(name, resolve, { once: true }));
  const seen = new Set<string>();
  let invite: Invite | undefined;
  let sequence = 0;
  sip.on('message', (data, { port }) => {
    const atMs = performance.now();
    const text = data.toString();
    const [, method = ''] = /^([A-Z]+) /.exec(text) ?? [];
    const [, branch = ''] = /branch=([^;\s]+)/.exec(text) ?? [];
    if (seen.has(method + branch)) return;
    seen.add(method + branch);
    if (method === 'INVITE') {
      const coming: Invite = { atMs, text, port };
      invite = coming;
      if (telephone.unreadable) {
        for (const afterMs of [0, repeatedAfterMs])
          setTimeout(
            () => reply(sip, coming, '486 Busy Here', '', [`X-Padding: ${'x'.repeat(63_000)}`]),
            afterMs,
          );
      } else reply(sip, coming, '180 Ringing');
    } else if (method === 'BYE') reply(sip, { atMs, text, port }, '200 OK');
    waiting.dispatchEvent(new Event(method));
  });
  const telephone: Telephone = {
    port: sip.address().port,
    unreadable: false,
    async invited() {
      await next('INVITE');
      if (invite === undefined) throw new Error('no INVITE has come');
      return invite;
    },
    answer: (answered) =>
      reply(
        sip,
        answered,
        '200 OK',
        `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${rtp.address().port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`,
      ),
    acknowledged: () => next('ACK'),
    press(pressed, digit) {
      const [, port] = /^m=audio (\d+)/m.exec(pressed.text) ?? [];
      for (const duration of [160, 320, 480]) {
        sequence += 1;
        const packet = Buffer.alloc(16);
        packet.writeUInt16BE(0x8000 | (duration === 160 ? 0x80 : 0) | 101, 0);
        packet.writeUInt16BE(sequence, 2);
        packet.writeUInt32BE(8_000, 4);
        packet.writeUInt8(digit, 12);
        packet.writeUInt8(10, 13);
        packet.writeUInt16BE(duration, 14);
        rtp.send(packet, Number(port), '127.0.0.1');
      }
    },
    hungUp: () => next('BYE'),
    close() {
      sip.close();
      rtp.close();
    },
  };
  return telephone;
}

/** RFC 3261, 17.2.1: T1. */
const repeatedAfterMs = 500;

function reply(
  sip: Socket,
  { text, port }: Invite,
  status: string,
  sdp = '',
  headers: readonly string[] = [],
): void {
  const own = text.split('\r\n').filter((line) => /^(?:Via|From|Call-ID|CSeq):/i.test(line));
  const [to = ''] = /^To:.*$/im.exec(text) ?? [];
  const lines = [
    `SIP/2.0 ${status}`,
    ...own,
    to.trimEnd().includes(';tag=') ? to.trimEnd() : `${to.trimEnd()};tag=bench`,
    `Contact: <sip:bench@127.0.0.1:${sip.address().port}>`,
    ...headers,
    ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${sdp.length}`,
  ];
  sip.send(`${lines.join('\r\n')}\r\n\r\n${sdp}`, port, '127.0.0.1');
}
