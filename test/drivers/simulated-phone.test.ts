import { once } from 'node:events';
import { createServer } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phoneRefusals } from '../../drivers/sim/phone/phone-refusals.ts';
import { SimulatedPhone } from '../../drivers/sim/phone/simulated-phone.ts';
import { sim } from '../support/command.ts';
import { nextEvent, serverSentEvents } from '../support/console-events.ts';
import { ask } from '../support/console-request.ts';
import { freePort } from '../support/free-port.ts';
import { phoneContract } from '../support/phone-contract.ts';
import { type PlayedPhone, phoneView, postToPhone, startPlayedPhone } from '../support/played-phone.ts';

const number = '+14165550100';

phoneContract('the simulated phone', () => {
  const phone = new SimulatedPhone({ port: 0, log: pino({ level: 'silent' }) });
  const post = async (path: string, body: unknown): Promise<void> => {
    const { status, body: said } = await postToPhone(phone.port ?? 0, `/api/phone/${path}`, body);
    if (status !== 200) throw new Error(said);
  };
  return Promise.resolve({
    phone,
    farEnd: {
      prepare: (meets) => post('preset', { preset: meets }),
      answer: () => post('act', { kind: 'answer' }),
      decline: () => post('act', { kind: 'decline' }),
      press: (digit) => post('act', { kind: 'press', digit }),
      hangUp: () => post('act', { kind: 'hangUp' }),
    },
    close: () => Promise.resolve(),
  });
});

let played: PlayedPhone;
beforeEach(async () => {
  played = await startPlayedPhone();
});
afterEach(() => played[Symbol.asyncDispose]());

const ring = async (id = 'a'): Promise<void> => {
  played.phone.dial({ id, number, target: 'escalation', language: 'en' });
  await played.events.next(({ kind }) => kind === 'ringing');
};

describe('the simulated phone over HTTP', () => {
  it('says that it is simulated, which of the numbers is rung, and not the number', async () => {
    await ring();
    const { body } = await ask(played.port, { path: '/api/phone' });
    expect(JSON.parse(body)).toMatchObject({ simulated: true, line: 'ringing', target: 'escalation' });
    expect(body).not.toContain(number.slice(2));
  });

  it('answers an action with how the phone stands then', async () => {
    await ring();
    const answer = await postToPhone(played.port, '/api/phone/act', { kind: 'answer' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      expect.objectContaining({ line: 'answered' }),
    ]);
    const pressed = await postToPhone(played.port, '/api/phone/act', { kind: 'press', digit: '#' });
    expect(JSON.parse(pressed.body)).toMatchObject({ digits: '#' });
  });

  it.each([{ kind: 'answer' }, { kind: 'decline' }, { kind: 'hangUp' }, { kind: 'press', digit: '9' }])(
    'refuses %j with 409 and a sentence while nobody calls',
    async (action) => {
      const { status, body } = await postToPhone(played.port, '/api/phone/act', action);
      expect([status, JSON.parse(body)]).toEqual([
        409,
        { error: 'notNow', sentence: expect.stringMatching(/\.$/) as string },
      ]);
    },
  );

  it.each([
    ['act', { kind: 'shout' }, 'badAction'],
    ['act', { kind: 'press', digit: 'A' }, 'badAction'],
    ['act', { kind: 'press' }, 'badAction'],
    ['act', { kind: 'answer', number: '5551' }, 'badAction'],
    ['preset', { preset: 'voicemail' }, 'badPreset'],
    ['preset', 'busy', 'badPreset'],
  ] as const)('refuses %s of %j as %s', async (path, body, code) => {
    const answer = await postToPhone(played.port, `/api/phone/${path}`, body);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      phoneRefusals[code].status,
      { error: code, sentence: phoneRefusals[code].sentence },
    ]);
    expect((await phoneView(played.port)).preset).toBe('rings');
  });

  it('refuses a body of more than 1 KiB', async () => {
    const answer = await postToPhone(played.port, '/api/phone/preset', { preset: 'x'.repeat(1_024) });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, 'badRequest']);
  });

  it.each([
    ['another host', 'wrongHost', { host: 'evil.example' }],
    ['another origin', 'wrongOrigin', { origin: 'http://evil.example' }],
    ['no origin', 'wrongOrigin', { origin: undefined }],
  ] as const)('takes no action from %s', async (_, code, changed) => {
    await ring();
    const own = {
      host: `127.0.0.1:${played.port}`,
      origin: `http://127.0.0.1:${played.port}`,
      'content-type': 'application/json',
    };
    const headers = Object.entries({ ...own, ...changed }).filter(([, value]) => value !== undefined);
    const answer = await ask(played.port, {
      method: 'POST',
      path: '/api/phone/act',
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: '{"kind":"answer"}',
    });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([phoneRefusals[code].status, code]);
    expect((await phoneView(played.port)).line).toBe('ringing');
  });

  it('sends every page each change, and a new page how it stands', async () => {
    const stream = async () => serverSentEvents(await fetch(`http://127.0.0.1:${played.port}/api/events`));
    const pages = [await stream(), await stream()];
    const lines = (): Promise<readonly string[]> =>
      Promise.all(
        pages.map(
          async (page) => (JSON.parse((await nextEvent(page, 'message')).data) as { line: string }).line,
        ),
      );
    expect(await lines()).toEqual(['idle', 'idle']);
    await ring();
    expect(await lines()).toEqual(['dialled', 'dialled']);
    expect(await lines()).toEqual(['ringing', 'ringing']);
    pages.push(await stream());
    expect((await nextEvent(pages[2] ?? (await stream()), 'message')).data).toContain('"ringing"');
    await played.phone.close();
    expect(await Promise.all(pages.map(async (page) => (await page.next()).done))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('serves its page under a strict policy', async () => {
    for (const path of ['/', '/phone.js', '/style.css', '/icon.svg']) {
      const { status, headers } = await ask(played.port, { path });
      expect(status).toBe(200);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect((await ask(played.port, { path: '/simulated-phone.ts' })).status).toBe(404);
  });

  it('logs no number', async () => {
    await ring();
    await postToPhone(played.port, '/api/phone/act', { kind: 'press', digit: 'A' });
    expect(played.log()).toContain('simulated phone is up');
    expect(played.log()).not.toContain(number.slice(2));
  });
});

describe('a simulated phone that cannot start', () => {
  it('names the port that is taken, and the way out', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const phone = new SimulatedPhone({ port, log: pino({ level: 'silent' }) });
    await expect(phone.start(() => {})).rejects.toMatchObject({
      code: 'portUnavailable',
      message: `The simulated phone's page cannot listen on port ${port} of 127.0.0.1; is another program using it? phone.port in the configuration names another.`,
    });
    await phone.close();
    other.close();
  });
});

describe('vestibule-sim phone', () => {
  const play = (...args: readonly string[]) =>
    sim(['phone', ...args, '--port', String(played.port)]).finished();

  it('plays a whole call', async () => {
    await ring();
    const shown = await play('show');
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/^Ringing \(simulated\)\. /)]);
    expect((await play('answer')).code).toBe(0);
    expect(JSON.parse((await play('press', '9', '--json')).stdout)).toMatchObject({
      simulated: true,
      line: 'answered',
      digits: '9',
    });
    expect(await played.events.next(({ kind }) => kind === 'digit')).toMatchObject({ digit: '9' });
    expect((await play('hang-up')).code).toBe(0);
    expect(await played.events.next(({ kind }) => kind === 'ended')).toMatchObject({ why: 'hungUp' });
  });

  it('chooses what the next calls meet', async () => {
    expect((await play('preset', 'unknownNumber')).stdout).toContain('The next calls meet: unknownNumber');
    expect((await phoneView(played.port)).preset).toBe('unknownNumber');
  });

  it('ends with 69 and the reason where that cannot be done now', async () => {
    const { code, stdout, stderr } = await play('decline');
    expect([code, stdout, stderr]).toEqual([69, '', 'Nothing rings: there is no call to decline.\n']);
    const json = await play('answer', '--json');
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([69, { error: 'notNow' }]);
  });

  it('ends with 69 where no simulated phone answers', async () => {
    const port = await freePort();
    const { code, stderr } = await sim(['phone', 'show', '--port', String(port)]).finished();
    expect([code, stderr]).toEqual([69, expect.stringContaining(`on port ${port}`)]);
  });

  it.each([[['press', 'x']], [['preset', 'voicemail']], [['show', '--port', '0']], [['fly']]])(
    'ends with 64 for %j',
    async (args) => {
      const { code, stdout, stderr } = await sim(['phone', ...args]).finished();
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).not.toBe('');
    },
  );
});
