import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RefusalCode, refusals } from '../../controller/console/refusals.ts';
import { toViewModel } from '../../controller/console/view-model.ts';
import { denied, granted } from '../support/console-lobby.ts';
import { ask, askRaw, enter } from '../support/console-request.ts';
import { type RunningConsole, startConsole } from '../support/console-server.ts';

let running: RunningConsole;

beforeEach(async () => {
  running = await startConsole();
});
afterEach(() => running.stop());

const entry = (body: string) => ({ method: 'POST', path: '/api/entry', body });
const json = { 'content-type': 'application/json' };

describe('an entry over HTTP', () => {
  it('is answered with the outcome and the sentence, and nothing else', async () => {
    running.lobby.answers.set('12345678', granted);
    const yes = await enter(running.port, '{"digits":"12345678"}');
    const no = await enter(running.port, '{"digits":"87654321"}');
    expect([yes.status, JSON.parse(yes.body)]).toEqual([
      200,
      { outcome: 'grant', sentence: granted.sentence },
    ]);
    expect([no.status, JSON.parse(no.body)]).toEqual([200, { outcome: 'deny', sentence: denied.sentence }]);
    expect(running.lobby.submitted).toEqual(['12345678', '87654321']);
  });

  it('never reaches the log, whether it is right, wrong or misplaced', async () => {
    await enter(running.port, '{"digits":"13572468"}');
    await enter(running.port, '{"digits":"13572468x"}');
    await enter(running.port, '{"digits":13572468}');
    await ask(running.port, { path: '/api/entry?digits=13572468' });
    await ask(running.port, { path: '/13572468', headers: { host: '13572468.example' } });
    expect(running.log()).toContain('wrongHost');
    expect(running.log()).not.toContain('13572468');
  });

  it('that the controller cannot decide is one sentence, and the fault is logged', async () => {
    running.lobby.submit = () => {
      throw new Error('the disk is gone');
    };
    const answer = await enter(running.port, '{"digits":"12345678"}');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      500,
      { error: 'fault', sentence: refusals.fault.sentence },
    ]);
    expect(running.log()).toContain('the disk is gone');
    expect(running.log()).not.toContain('12345678');
  });
});

describe('a bad request', () => {
  const own = (port: number) => ({ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` });
  type Question = Parameters<typeof ask>[1];

  it.each<[string, RefusalCode, (port: number) => Question]>([
    ['broken JSON', 'badJson', () => ({ ...entry('{"digits":"55512'), headers: json })],
    ['no body', 'badJson', () => ({ ...entry(''), headers: json })],
    [
      'a prototype in the JSON',
      'badJson',
      () => ({ ...entry('{"__proto__":{},"digits":"5551"}'), headers: json }),
    ],
    ['another shape', 'badEntry', () => ({ ...entry('["5551"]'), headers: json })],
    ['null', 'badEntry', () => ({ ...entry('null'), headers: json })],
    ['no digits', 'badEntry', () => ({ ...entry('{"digits":""}'), headers: json })],
    ['a number', 'badEntry', () => ({ ...entry('{"digits":5551}'), headers: json })],
    ['letters', 'badEntry', () => ({ ...entry('{"digits":"5551a"}'), headers: json })],
    ['a line end after the digits', 'badEntry', () => ({ ...entry('{"digits":"5551\\n"}'), headers: json })],
    ['other scripts’ digits', 'badEntry', () => ({ ...entry('{"digits":"٥٥٥١"}'), headers: json })],
    ['thirteen digits', 'badEntry', () => ({ ...entry('{"digits":"5551555155515"}'), headers: json })],
    ['a field too many', 'badEntry', () => ({ ...entry('{"digits":"5551","door":"back"}'), headers: json })],
    ['more than 1 KiB', 'bodyTooLarge', () => ({ ...entry(`"${'5'.repeat(1_024)}"`), headers: json })],
    ['no content type', 'wrongContentType', () => entry('{"digits":"5551"}')],
    [
      'a form’s content type',
      'wrongContentType',
      () => ({ ...entry('digits=5551'), headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ],
    [
      'plain text',
      'wrongContentType',
      () => ({ ...entry('{"digits":"5551"}'), headers: { 'content-type': 'text/plain' } }),
    ],
    ['GET of an entry', 'wrongMethod', () => ({ path: '/api/entry?digits=5551' })],
    ['POST of the page', 'wrongMethod', () => ({ method: 'POST', path: '/', headers: json, body: '{}' })],
    ['DELETE of the state', 'wrongMethod', () => ({ method: 'DELETE', path: '/api/state' })],
    ['HEAD of the stream', 'wrongMethod', () => ({ method: 'HEAD', path: '/api/events' })],
    ['an unknown path', 'unknownPath', () => ({ path: '/5551' })],
    ['an unknown asset', 'unknownPath', () => ({ path: '/assets/../index.html' })],
    ['an unknown path by POST', 'unknownPath', () => ({ method: 'POST', path: '/api/5551', body: 'x' })],
    ['a path that is no path', 'badRequest', () => ({ path: '/%zz5551' })],
    [
      'another host',
      'wrongHost',
      (port) => ({ path: '/api/state', headers: { host: `evil.example:${port}` } }),
    ],
    ['our name on another port', 'wrongHost', () => ({ path: '/', headers: { host: '127.0.0.1:5551' } })],
    ['our name without a port', 'wrongHost', () => ({ path: '/', headers: { host: 'localhost' } })],
    [
      'another origin',
      'wrongOrigin',
      () => ({ path: '/api/state', headers: { origin: 'http://evil.example' } }),
    ],
    ['an opaque origin', 'wrongOrigin', () => ({ path: '/api/state', headers: { origin: 'null' } })],
    [
      'an entry from another origin',
      'wrongOrigin',
      () => ({ ...entry('{"digits":"5551"}'), headers: { ...json, origin: 'http://evil.example' } }),
    ],
    [
      'an entry from our name under https',
      'wrongOrigin',
      (port) => ({
        ...entry('{"digits":"5551"}'),
        headers: { ...json, origin: `https://127.0.0.1:${port}` },
      }),
    ],
  ])('%s is refused as %s, with a sentence that repeats nothing of it', async (_name, code, question) => {
    const asked = question(running.port);
    const answer = await ask(running.port, { ...asked, headers: { ...own(running.port), ...asked.headers } });
    expect(answer.status).toBe(refusals[code].status);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    if (asked.method !== 'HEAD') {
      expect(JSON.parse(answer.body)).toEqual({ error: code, sentence: refusals[code].sentence });
    }
    expect(running.lobby.submitted).toEqual([]);
  });

  it('an entry without an origin does not come from the page', async () => {
    const answer = await ask(running.port, { ...entry('{"digits":"5551"}'), headers: json });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([403, 'wrongOrigin']);
    expect(running.lobby.submitted).toEqual([]);
  });

  it('names the method that an address takes', async () => {
    const answer = await ask(running.port, { method: 'PUT', path: '/api/entry' });
    expect(answer.headers.allow).toBe('POST');
  });

  it.each([
    ['is not HTTP', 'digits 5551\r\n\r\n'],
    ['names no host', 'GET /api/state HTTP/1.1\r\n\r\n'],
    ['has endless headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'5'.repeat(40_000)}\r\n\r\n`],
  ])('that %s gets a 4xx and a closed connection', async (_name, bytes) => {
    expect(await askRaw(running.port, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('without a host in HTTP/1.0 is for another host', async () => {
    expect(await askRaw(running.port, 'GET /api/state HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe('the page and its parts', () => {
  it('answers under each of its own names', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      const host = `${name}:${running.port}`;
      const headers = { host, origin: `http://${host}` };
      expect((await ask(running.port, { path: '/api/state', headers })).status).toBe(200);
    }
  });

  it.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['/assets/main.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/assets/style.css', 'text/css; charset=utf-8', 'no-cache'],
    ['/assets/icon.svg', 'image/svg+xml', 'no-cache'],
    ['/api/state', 'application/json; charset=utf-8', 'no-store'],
    ['/api/status', 'application/json; charset=utf-8', 'no-store'],
    ['/status', 'text/html; charset=utf-8', 'no-store'],
    ['/status.css', 'text/css; charset=utf-8', 'no-store'],
  ])('%s comes as %s, %s, under the strict policy', async (path, contentType, cacheControl) => {
    const { status, headers } = await ask(running.port, { path });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': contentType,
      'cache-control': cacheControl,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('shows the state and the status as they are', async () => {
    const state = await ask(running.port, { path: '/api/state' });
    const status = await ask(running.port, { path: '/api/status' });
    const shown = running.lobby.state();
    expect(JSON.parse(state.body)).toEqual({ ...toViewModel(shown), directory: shown.directory });
    expect(JSON.parse(status.body)).toEqual(running.lobby.status());
  });

  it('is heard on the loopback address only', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      await expect(fetch(`http://${address}:${running.port}/`)).rejects.toThrow();
    }
    await expect(fetch(`http://[::1]:${running.port}/`)).rejects.toThrow();
  });
});

describe('a console that cannot start', () => {
  it('says that the port is taken', async () => {
    await expect(startConsole({ port: running.port })).rejects.toMatchObject({
      name: 'ConsoleFault',
      code: 'portUnavailable',
    });
  });

  it('says that the page is not built', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'vestibule-console-'));
    await expect(startConsole({ uiFolder: empty })).rejects.toMatchObject({ code: 'pageNotBuilt' });
    await rm(empty, { recursive: true });
  });
});
