/** `PHONE=baresip npm start`: calls over SIP from the lobby to a second telephone on this machine. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningCommand, vestibule } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';

interface State {
  readonly call?: {
    readonly id: string;
    readonly phase: { readonly kind: string; readonly sentence?: { readonly en: string } };
  };
}

describe('PHONE=baresip npm start', () => {
  let folder: string;
  let origin: string;
  let demo: RunningCommand;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vestibule-demo-'));
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const args = ['--port', String(port), '--phone-port', String(await freePort()), '--state', folder];
    demo = new RunningCommand('scripts/demo.ts', args, { env: { PHONE: 'baresip' } });
    await demo.line((line) => line.startsWith('Ctrl-C'));
  });
  afterAll(async () => {
    await demo.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const command = async (...args: readonly string[]): Promise<string> =>
    (await vestibule([...args, '--config', join(folder, 'vestibule.yaml')]).finished()).stdout;
  const post = (path: string, body: unknown): Promise<Response> => {
    const headers = { origin, 'content-type': 'application/json' };
    return fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  const call = async (): Promise<unknown> => (await post('/api/entry', { digits: '3543' })).json();
  const callThatIs = async (kind: string): Promise<NonNullable<State['call']>> => {
    for (;;) {
      const { call: present } = (await (await fetch(`${origin}/api/state`)).json()) as State;
      if (present?.phase.kind === kind) return present;
      await passed(50);
    }
  };
  const events = async (): Promise<readonly Record<string, unknown>[]> =>
    (await command('events', '--json'))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
      .filter(({ type }) => /^Call|^AccessGranted|^Phone/.test(String(type)));

  const lastEvents = async (count: number): Promise<readonly unknown[]> =>
    (await events()).slice(-count).map(({ type }) => type);

  it('places a real call, which opens the door', async () => {
    expect(await call()).toEqual({ outcome: 'calling' });
    // The guest goes in without waiting for the line to close by itself.
    const { id } = await callThatIs('opened');
    await post('/api/call/end', { call: id });
    await demo.line((line) => line === 'The call is over.');
    const [told, status] = await Promise.all([events(), command('status')]);
    expect(told.map(({ type }) => type)).toEqual([
      'CallStarted',
      'CallAnswered',
      'AccessGranted',
      'CallLegEnded',
      'CallEnded',
    ]);
    expect(told[0]).toMatchObject({ simulated: false });
    expect(told.at(-1)).toMatchObject({ outcome: 'opened' });
    expect(status).toContain('phone    ready over udp, sound in clear');
  });

  it('tells the guest when the engine dies in mid-call, and calls again', async () => {
    expect(await call()).toEqual({ outcome: 'calling' });
    await callThatIs('talking');
    process.kill(Number(await readFile(join(folder, 'controller/phone/engine.pid'), 'utf8')), 'SIGKILL');
    const { phase } = await callThatIs('ended');
    expect(phase.sentence?.en).toBe('The call failed. Please try again, or contact the manager.');
    while ((await lastEvents(1))[0] !== 'PhoneFaultEnded') await passed(50);
    expect(await lastEvents(4)).toEqual(['PhoneFault', 'CallLegEnded', 'CallEnded', 'PhoneFaultEnded']);
    expect(await call()).toEqual({ outcome: 'calling' });
    // Nobody has told the other telephone that the first call is over: it says so itself, over the new engine.
    expect((await callThatIs('ended')).phase.sentence?.en).toBe(
      'The line is busy. Please try again in a moment.',
    );
  });

  it('writes no number and no address into its log, and ends in order', async () => {
    expect(await readFile(join(folder, 'controller.log'), 'utf8')).not.toMatch(/416 ?555|sip:/);
    expect((await demo.kill('SIGINT')).code).toBe(0);
  });
});
