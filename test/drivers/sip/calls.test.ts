/** What a telephone at the far end may do, as FACTS of the engine have it: one engine for all, and a peer that says anything. */
import { createSocket } from 'node:dgram';
import { setTimeout as passed } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LegEvent } from '../../../controller/core/call/line.ts';
import { SipPeer } from '../../support/sip-peer.ts';
import { type RunningPhone, startSipPhone } from '../../support/sip-site.ts';

let peer: SipPeer;
let line: RunningPhone;
/** The phone's clock, which moves when a test says so. */
let nowMs = 0;
beforeAll(async () => {
  peer = await SipPeer.start();
  line = await startSipPhone(peer.port, {}, { now: () => nowMs });
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

let leg = '';
let count = 0;
const dial = (number = '+14165550100'): void => {
  count += 1;
  leg = `leg-${count}`;
  line.phone.dial({ id: leg, number, target: 'phone', language: 'fr' });
};
/** The next event of the present leg that is of this kind; others of it before are an error. */
const next = async (): Promise<string> => {
  const event: LegEvent = await line.events.next();
  expect(event.leg).toBe(leg);
  if (event.kind === 'digit') return event.digit;
  return event.kind === 'ended' ? event.why : event.kind;
};
const talk = async (): Promise<void> => {
  dial();
  expect(await next()).toBe('ringing');
  peer.answer();
  expect(await next()).toBe('answered');
};
const goodbye = async (): Promise<void> => {
  peer.hangUp();
  expect(await next()).toBe('hungUp');
  expect(line.events.left).toEqual([]);
};
const skimmed = async (): Promise<void> => {
  while (peer.requests.left.length > 0) await peer.requests.next();
};
const request = (method: string) => peer.requests.next((one) => one.method === method);
/** A call to a peer that answers its INVITE so is given up; the line is free for the next. */
const givenUpDuring = async (onInvite: SipPeer['onInvite']): Promise<void> => {
  await skimmed();
  peer.onInvite = onInvite;
  dial();
  await request('INVITE');
  line.phone.hangUp(leg);
  peer.onInvite = () => peer.reply(180, 'Ringing');
  await talk();
  await goodbye();
};

beforeEach(() => {
  peer.onInvite = () => peer.reply(180, 'Ringing');
});

describe('digits', () => {
  it('of RFC 4733 count once each', async () => {
    await talk();
    for (const digit of ['9', '9', '*', '#', '0'] as const) {
      nowMs += 210;
      peer.press(digit);
      expect(await next()).toBe(digit);
    }
    await goodbye();
  });

  it('whose start was lost on the way do not count, and spoil nothing', async () => {
    await talk();
    peer.press('9', { lost: 'start' });
    peer.press('5');
    expect(await next()).toBe('5');
    await goodbye();
  });

  const info = (
    digit: string,
    type = 'application/dtmf-relay',
    body = `Signal=${digit}\r\nDuration=160\r\n`,
  ) => peer.send('INFO', [`Content-Type: ${type}`], body);

  it('of SIP INFO count, too', async () => {
    await talk();
    info('7');
    expect(await next()).toBe('7');
    await goodbye();
  });

  it('of other kinds of INFO are lost', async () => {
    await talk();
    info('9', 'application/dtmf', '9');
    info('9', 'application/x-other', 'Signal=9');
    info('5');
    expect(await next()).toBe('5');
    await goodbye();
  });

  it('that come both ways count once', async () => {
    await talk();
    peer.press('9');
    expect(await next()).toBe('9');
    info('9');
    info('5');
    expect(await next()).toBe('5');
    await goodbye();
  });

  it('in early media do not count', async () => {
    peer.onInvite = () => peer.reply(183, 'Session Progress', { sdp: true });
    dial();
    expect(await next()).toBe('ringing');
    peer.press('9');
    // Nothing tells when the engine has heard it.
    await passed(300);
    peer.answer();
    expect(await next()).toBe('answered');
    info('5');
    expect(await next()).toBe('5');
    await goodbye();
  });
});

describe('a call', () => {
  it('goes to the address that the template makes of its number', async () => {
    await skimmed();
    dial('204');
    expect((await request('INVITE')).uri).toMatch(/^sip:204@127\.0\.0\.1:\d+/);
    line.phone.hangUp(leg);
    await request('CANCEL');
  });

  it('that we give up is cancelled, and our own reason stands: nothing more is told', async () => {
    dial();
    expect(await next()).toBe('ringing');
    line.phone.hangUp(leg);
    await request('CANCEL');
    await talk();
    await goodbye();
  });

  it('that is hung up ends with a BYE', async () => {
    await talk();
    line.phone.hangUp(leg);
    await request('BYE');
    expect(line.events.left).toEqual([]);
  });

  it.each(['', 'abc', '+1 416 555 0100', '++14165550100', '4165550100@evil.example', '1'])(
    'of %j goes nowhere',
    async (number) => {
      await skimmed();
      dial(number);
      expect(await next()).toBe('unknownNumber');
      await talk();
      await goodbye();
      expect(peer.requests.left.filter(({ method }) => method === 'INVITE')).toHaveLength(1);
    },
  );

  it('that is redirected (302) is followed: whoever is called may send it on, which the trunk has to bound', async () => {
    const other = await SipPeer.start();
    peer.onInvite = () =>
      peer.reply(302, 'Moved Temporarily', { headers: [`Contact: <sip:elsewhere@127.0.0.1:${other.port}>`] });
    dial();
    expect((await other.requests.next()).uri).toMatch(/^sip:elsewhere@/);
    expect(await next()).toBe('ringing');
    line.phone.hangUp(leg);
    await other.requests.next(({ method }) => method === 'CANCEL');
    await other[Symbol.asyncDispose]();
  });

  it('cannot be transferred (REFER)', async () => {
    const other = await SipPeer.start();
    await talk();
    peer.send('REFER', [`Refer-To: <sip:premium@127.0.0.1:${other.port}>`]);
    peer.press('5');
    expect(await next()).toBe('5');
    await goodbye();
    expect(other.requests.left).toEqual([]);
    await other[Symbol.asyncDispose]();
  });

  it('over a trunk that never answers shows no sign, and leaves the line to the next', async () => {
    await givenUpDuring(() => {});
    expect(line.news.left).toEqual([]);
  });

  const tooLong = (): void => peer.reply(486, 'Busy Here', { headers: [`X-Padding: ${'x'.repeat(63_000)}`] });

  it('with a header of nearly 64 KiB in its answer fails once that has come twice, and the next is placed at once', async () => {
    await skimmed();
    // As every telephone sends again what nobody confirms.
    peer.onInvite = () => {
      tooLong();
      setTimeout(tooLong, 500);
    };
    dial();
    expect(await next()).toBe('failed');
    peer.onInvite = () => peer.reply(180, 'Ringing');
    await talk();
    // Of the call before; also in one that rings it would mean nothing.
    tooLong();
    tooLong();
    peer.press('5');
    expect(await next()).toBe('5');
    await goodbye();
    expect(line.news.left).toEqual([]);
  });

  it('with such a header once shows no sign, and can be given up like any other', async () => {
    await givenUpDuring(tooLong);
    expect(line.news.left).toEqual([]);
  });

  it('into the console is refused, and told', async () => {
    await skimmed();
    await talk();
    const [, uri = ''] = /^Contact:.*<([^>]+)>/im.exec((await request('INVITE')).text) ?? [];
    await goodbye();
    const caller = createSocket('udp4');
    caller.bind(0, '127.0.0.1');
    await new Promise((ready) => caller.once('listening', ready));
    const { port } = caller.address();
    const answers: string[] = [];
    const refused = new Promise<void>((done) =>
      caller.on('message', (data) => {
        answers.push(data.toString().slice(8, 11));
        if (/^SIP\/2\.0 [3-6]/.test(data.toString())) done();
      }),
    );
    const sdp =
      'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';
    const [, target = 0] = /:(\d+)/.exec(uri.slice(4)) ?? [];
    caller.send(
      `INVITE ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKin\r\nMax-Forwards: 70\r\nFrom: <sip:evil@127.0.0.1>;tag=e\r\nTo: <${uri}>\r\nCall-ID: inbound\r\nCSeq: 1 INVITE\r\nContact: <sip:evil@127.0.0.1:${port}>\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`,
      Number(target),
      '127.0.0.1',
    );
    await refused;
    expect(answers).not.toContain('200');
    expect(await line.news.next()).toEqual({ kind: 'inboundRefused', count: 1 });
    caller.close();
    await talk();
    await goodbye();
  });
});
