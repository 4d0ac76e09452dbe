import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RefusalCode, refusals } from '../../controller/console/refusals.ts';
import { toSearchAnswer } from '../../controller/console/view-model.ts';
import { ask, type HttpAnswer, post } from '../support/console-request.ts';
import { type RunningConsole, startConsole } from '../support/console-server.ts';

let running: RunningConsole;
beforeEach(async () => {
  running = await startConsole();
});
afterEach(() => running.stop());

const search = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> =>
  post(running.port, '/api/search', body, headers);
const found = async (query: string): Promise<unknown> =>
  JSON.parse((await search(JSON.stringify({ query }))).body);

const zoe = { id: 'r-1', name: 'Zoé Tremblay', suite: '1204' };

describe('a search over HTTP', () => {
  it('is answered with who was found, and stored nowhere', async () => {
    const answer = await search('{"query":"tremblay zoe"}');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { kind: 'found', residents: [zoe], more: false },
    ]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(running.log().toLowerCase()).not.toContain('tremblay');
  });

  it('of 10,000 characters or emoji is answered like any other', async () => {
    expect(await found('🎉'.repeat(10_000))).toEqual({ kind: 'found', residents: [], more: false });
    expect(await found('zoe '.repeat(2_500))).toEqual({ kind: 'found', residents: [zoe], more: false });
    expect(await found('\ud800\u0000')).toEqual({ kind: 'found', residents: [], more: false });
  });

  it('of one character is too short where names are not listed', async () => {
    running.lobby.changeBuilding({ listing: 'searchOnly' });
    expect(await found('z')).toEqual({ kind: 'tooShort' });
    expect(await found('zo')).toEqual({ kind: 'found', residents: [zoe], more: false });
  });

  it('tells the browser id, name and suite, whatever else is known', () => {
    const entry = { ...zoe, phone: '+15145550123', directoryCode: '0101' };
    const answer = toSearchAnswer({ kind: 'found', entries: [entry], more: true });
    expect(answer).toEqual({ kind: 'found', residents: [zoe], more: true });
  });

  it.each<[string, RefusalCode, string, Readonly<Record<string, string>>?]>([
    ['broken JSON', 'badJson', '{"query":"trem'],
    ['no text', 'badSearch', '{}'],
    ['a number', 'badSearch', '{"query":7}'],
    ['a list', 'badSearch', '{"query":["trem"]}'],
    ['a field too many', 'badSearch', '{"query":"trem","limit":9}'],
    ['more than 64 KiB', 'bodyTooLarge', JSON.stringify({ query: 'trem'.repeat(16_384) })],
    ['another content type', 'wrongContentType', '{"query":"trem"}', { 'content-type': 'text/plain' }],
    ['another origin', 'wrongOrigin', '{"query":"trem"}', { origin: 'http://evil.example' }],
    ['another host', 'wrongHost', '{"query":"trem"}', { host: 'evil.example' }],
  ])('with %s is refused as %s', async (_name, code, body, headers) => {
    const answer = await search(body, headers);
    expect(answer.status).toBe(refusals[code].status);
    expect(JSON.parse(answer.body)).toEqual({ error: code, sentence: refusals[code].sentence });
  });

  it('takes POST only, so that no name is in an address', async () => {
    const answer = await ask(running.port, { path: '/api/search?query=tremblay' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
});
