import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RefusalCode, refusals } from '../../controller/console/refusals.ts';
import { hiddenCode, lineBusy } from '../support/console-lobby.ts';
import { ask, enter, type HttpAnswer, post } from '../support/console-request.ts';
import { type RunningConsole, startConsole } from '../support/console-server.ts';

let running: RunningConsole;
beforeEach(async () => {
  running = await startConsole();
});
afterEach(() => running.stop());

const call = (body: object): Promise<HttpAnswer> => post(running.port, '/api/call', JSON.stringify(body));
const end = (body: object): Promise<HttpAnswer> => post(running.port, '/api/call/end', JSON.stringify(body));
const calling = (): string => {
  const id = running.lobby.state().call?.id;
  if (id === undefined) throw new Error('nobody is called');
  return id;
};

describe('a call over HTTP', () => {
  it('is begun by the id of an entry of the directory, and the answer names nobody', async () => {
    const answer = await call({ resident: 'r-1' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { outcome: 'calling' }]);
    expect(running.lobby.called).toEqual(['r-1']);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(running.log()).not.toContain('r-1');
  });

  it('goes to the concierge', async () => {
    expect(JSON.parse((await call({ concierge: true })).body)).toEqual({ outcome: 'calling' });
    expect(running.lobby.called).toEqual(['concierge']);
  });

  it('that is not begun is answered with the sentence, and nothing of the reason', async () => {
    await call({ resident: 'r-1' });
    const second = await call({ resident: 'r-2' });
    expect([second.status, JSON.parse(second.body)]).toEqual([
      200,
      { outcome: 'notCalled', sentence: lineBusy },
    ]);
  });

  it('is also begun by a directory code at the keypad', async () => {
    const entered = await enter(running.port, JSON.stringify({ digits: hiddenCode }));
    expect(JSON.parse(entered.body)).toEqual({ outcome: 'calling' });
    const again = await enter(running.port, JSON.stringify({ digits: hiddenCode }));
    expect(JSON.parse(again.body)).toEqual({ outcome: 'notCalled', sentence: lineBusy });
  });

  it('is ended by its own id only', async () => {
    await call({ resident: 'r-1' });
    const other = await end({ call: 'call-of-yesterday' });
    expect([other.status, other.body, running.lobby.state().call?.id]).toEqual([204, '', calling()]);
    await end({ call: calling() });
    expect(running.lobby.state().call).toBeUndefined();
  });

  it('that the controller cannot begin is one sentence, and the fault is logged', async () => {
    running.lobby.call = () => {
      throw new Error('the disk is gone');
    };
    const answer = await call({ resident: 'r-1' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      500,
      { error: 'fault', sentence: refusals.fault.sentence },
    ]);
    expect(running.log()).toContain('the disk is gone');
  });
});

describe('a bad request', () => {
  type Headers = Readonly<Record<string, string>>;

  it.each<[string, RefusalCode, string, Headers?]>([
    ['broken JSON', 'badJson', '{"resident":"r-1'],
    ['nobody', 'badCall', '{}'],
    ['null', 'badCall', 'null'],
    ['a list', 'badCall', '["r-1"]'],
    ['an empty id', 'badCall', '{"resident":""}'],
    ['a number', 'badCall', '{"resident":7}'],
    ['no concierge', 'badCall', '{"concierge":false}'],
    ['two at once', 'badCall', '{"resident":"r-1","concierge":true}'],
    ['a telephone number', 'badCall', '{"number":"+14165550100"}'],
    ['a field too many', 'badCall', '{"resident":"r-1","number":"+14165550100"}'],
    ['more than 1 KiB', 'bodyTooLarge', JSON.stringify({ resident: 'r'.repeat(1_024) })],
    ['another content type', 'wrongContentType', '{"resident":"r-1"}', { 'content-type': 'text/plain' }],
    ['another origin', 'wrongOrigin', '{"resident":"r-1"}', { origin: 'http://evil.example' }],
    ['another host', 'wrongHost', '{"resident":"r-1"}', { host: 'evil.example' }],
  ])('to call %s is refused as %s and calls nobody', async (_name, code, body, headers) => {
    const answer = await post(running.port, '/api/call', body, headers);
    expect(answer.status).toBe(refusals[code].status);
    expect(JSON.parse(answer.body)).toEqual({ error: code, sentence: refusals[code].sentence });
    expect(running.lobby.called).toEqual([]);
  });

  it.each<[string, RefusalCode, (id: string) => object, Headers?]>([
    ['no call', 'badCall', () => ({})],
    ['an empty id', 'badCall', () => ({ call: '' })],
    ['a field too many', 'badCall', (id) => ({ call: id, resident: 'r-1' })],
    ['another content type', 'wrongContentType', (call) => ({ call }), { 'content-type': 'text/plain' }],
    ['another origin', 'wrongOrigin', (call) => ({ call }), { origin: 'http://evil.example' }],
    ['another host', 'wrongHost', (call) => ({ call }), { host: 'evil.example' }],
  ])('to end %s is refused as %s, and the call goes on', async (_name, code, body, headers) => {
    await call({ resident: 'r-1' });
    const answer = await post(running.port, '/api/call/end', JSON.stringify(body(calling())), headers);
    expect(answer.status).toBe(refusals[code].status);
    expect(JSON.parse(answer.body)).toEqual({ error: code, sentence: refusals[code].sentence });
    expect(running.lobby.ended).toEqual([]);
  });

  it.each(['/api/call', '/api/call/end'])('by GET at %s is told the method', async (path) => {
    const answer = await ask(running.port, { path });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });

  it('without an origin does not come from the page', async () => {
    const answer = await ask(running.port, {
      method: 'POST',
      path: '/api/call',
      headers: { 'content-type': 'application/json' },
      body: '{"concierge":true}',
    });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([403, 'wrongOrigin']);
    expect(running.lobby.called).toEqual([]);
  });
});
