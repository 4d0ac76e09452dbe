/**
 * A telephone of the test's own, over UDP: says byte for byte what it is told to, also what no sane telephone would. What
 * real ones do is tested with baresip, sipp and Kamailio.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DtmfDigit } from '../../controller/core/call/line.ts';
import { Inbox } from './inbox.ts';

export interface SipRequest {
  readonly method: string;
  readonly uri: string;
  readonly text: string;
  readonly from: { readonly address: string; readonly port: number };
}

const eventOfDigit = (digit: DtmfDigit): number => '0123456789*#'.indexOf(digit);
const tag = 'peer';

export class SipPeer implements AsyncDisposable {
  /** Requests as they came, without what was sent again. */
  readonly requests = new Inbox<SipRequest>();
  readonly port: number;
  /** How the peer plays a registrar: with a status for each REGISTER, or with silence, so that it comes again. */
  onRegister: () => readonly [status: number, reason: string, ...headers: string[]] | undefined = () => [
    200,
    'OK',
  ];
  /** What an INVITE is answered with at once. */
  onInvite: (invite: SipRequest) => void = () => this.reply(180, 'Ringing');
  /** Packets of sound, whatever is in them. */
  rtpPackets = 0;
  readonly #sip: Socket;
  readonly #rtp: Socket;
  readonly #seen = new Set<string>();
  readonly #invites = new Map<string, SipRequest>();
  #invite: SipRequest | undefined;
  #sequence = 100;
  #timestamp = 8_000;
  #requestNumber = 1;

  static async start(): Promise<SipPeer> {
    const [sip, rtp] = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of [sip, rtp]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    return new SipPeer(sip, rtp);
  }

  private constructor(sip: Socket, rtp: Socket) {
    this.#sip = sip;
    this.#rtp = rtp;
    this.port = sip.address().port;
    rtp.on('message', () => {
      this.rtpPackets += 1;
    });
    sip.on('message', (data, from) => this.#take(data.toString(), from));
  }

  /** To the present INVITE. */
  reply(
    status: number,
    reason: string,
    { headers = [], sdp = false }: { readonly headers?: readonly string[]; readonly sdp?: boolean } = {},
  ): void {
    const invite = this.#invite;
    if (invite !== undefined) this.#reply(invite, status, reason, headers, sdp ? this.#sdp() : '');
  }

  answer(): void {
    this.reply(200, 'OK', { sdp: true });
  }

  /** As RFC 4733 has it; with `lost: 'start'` only the packets of its end arrive. */
  press(digit: DtmfDigit, { lost }: { readonly lost?: 'start' } = {}): void {
    const [, port = ''] = /^m=audio (\d+)/m.exec(this.#invite?.text ?? '') ?? [];
    this.#timestamp += 1_600;
    for (const [duration, end] of [
      [160, 0],
      [320, 0],
      [480, 0],
      [640, 0x80],
      [640, 0x80],
      [640, 0x80],
    ] as const) {
      this.#sequence += 1;
      if (lost === 'start' && end === 0) continue;
      const packet = Buffer.alloc(16);
      packet.writeUInt8(0x80, 0);
      packet.writeUInt8((duration === 160 ? 0x80 : 0) | 101, 1);
      packet.writeUInt16BE(this.#sequence, 2);
      packet.writeUInt32BE(this.#timestamp, 4);
      packet.writeUInt32BE(0x5e55, 8);
      packet.writeUInt8(eventOfDigit(digit), 12);
      packet.writeUInt8(end | 10, 13);
      packet.writeUInt16BE(duration, 14);
      this.#rtp.send(packet, Number(port), '127.0.0.1');
    }
  }

  /** A request of its own within the call. */
  send(method: string, headers: readonly string[] = [], body = ''): void {
    const invite = this.#invite;
    if (invite === undefined) throw new Error('there is no call');
    this.#requestNumber += 1;
    const [, contact = ''] = /^Contact:.*<([^>]+)>/im.exec(invite.text) ?? [];
    const lines = [
      `${method} ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK${this.#requestNumber}${method}`,
      'Max-Forwards: 70',
      `From: ${header(invite, 'To')};tag=${tag}`,
      `To: ${header(invite, 'From')}`,
      `Call-ID: ${header(invite, 'Call-ID')}`,
      `CSeq: ${this.#requestNumber} ${method}`,
      `Contact: <sip:peer@127.0.0.1:${this.port}>`,
      ...headers,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.#sip.send(`${lines.join('\r\n')}\r\n\r\n${body}`, invite.from.port, invite.from.address);
  }

  hangUp(): void {
    this.send('BYE');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of [this.#sip, this.#rtp]) {
      socket.close();
      await once(socket, 'close');
    }
  }

  #take(text: string, from: SipRequest['from']): void {
    const [, method = '', uri = ''] = /^([A-Z]+) (\S+) SIP\/2\.0\r\n/.exec(text) ?? [];
    if (method === '') return;
    const request: SipRequest = { method, uri, text, from };
    const [, branch = text] = /branch=([^;\s]+)/.exec(text) ?? [];
    const key = `${method} ${branch}`;
    if (this.#seen.has(key)) return;
    const registered = method === 'REGISTER' ? this.onRegister() : undefined;
    if (method !== 'REGISTER' || registered !== undefined) this.#seen.add(key);
    if (method === 'INVITE') {
      this.#invite = request;
      this.#invites.set(branch, request);
      this.onInvite(request);
    } else if (method === 'REGISTER') {
      if (registered !== undefined) {
        const [status, reason, ...headers] = registered;
        this.#reply(request, status, reason, headers, '');
      }
    } else if (method !== 'ACK') this.#reply(request, 200, 'OK', [], '');
    const cancelled = method === 'CANCEL' ? this.#invites.get(branch) : undefined;
    if (cancelled !== undefined) this.#reply(cancelled, 487, 'Request Terminated', [], '');
    this.requests.put(request);
  }

  #reply(
    request: SipRequest,
    status: number,
    reason: string,
    headers: readonly string[],
    body: string,
  ): void {
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      ...request.text.split('\r\n').filter((line) => /^Via:/i.test(line)),
      `From: ${header(request, 'From')}`,
      `To: ${header(request, 'To').replace(/;tag=.*$/, '')};tag=${tag}`,
      `Call-ID: ${header(request, 'Call-ID')}`,
      `CSeq: ${header(request, 'CSeq')}`,
      ...(headers.some((line) => line.startsWith('Contact:'))
        ? []
        : [`Contact: <sip:peer@127.0.0.1:${this.port}>`]),
      ...headers,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ];
    this.#sip.send(`${lines.join('\r\n')}\r\n\r\n${body}`, request.from.port, request.from.address);
  }

  #sdp(): string {
    const { port } = this.#rtp.address();
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${port} RTP/AVP 0 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      '',
    ].join('\r\n');
  }
}

function header({ text }: SipRequest, name: string): string {
  const [, value = ''] = new RegExp(`^${name}:\\s*(.*?)\\r?$`, 'im').exec(text) ?? [];
  return value;
}
