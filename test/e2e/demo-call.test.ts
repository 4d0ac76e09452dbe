/** `PHONE=baresip npm start`: calls over SIP from the lobby to a second telephone on this machine. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningCommand, vestibule } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';

interface State {
  readonly call?: { readonly phase: { readonly kind: string; readonly sentence?: { readonly en: string } } };
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
  const call = async (): Promise<unknown> => {
    const headers = { origin, 'content-type': 'application/json' };
    return (
      await fetch(`${origin}/api/entry`, { method: 'POST', headers, body: '{"digits":"3543"}' })
    ).json();
  };
  const phaseIs = async (kind: string): Promise<NonNullable<State['call']>['phase']> => {
    for (;;) {
      const { call: present } = (await (await fetch(`${origin}/api/state`)).json()) as State;
      if (present?.phase.kind === kind) return present.phase;
      await passed(50);
    }
  };
  const events = async (): Promise<readonly Record<string, unknown>[]> =>
    (await command('events', '--json'))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
      .filter(({ type }) => /^Call|^AccessGranted|^Phone/.test(String(type)));

  it('places a real call, which opens the door', { timeout: 40_000 }, async () => {
    expect(await call()).toEqual({ outcome: 'calling' });
    await demo.line((line) => line === 'The call is over.');
    const told = await events();
    expect(told.map(({ type }) => type)).toEqual([
      'CallStarted',
      'CallAnswered',
      'AccessGranted',
      'CallLegEnded',
      'CallEnded',
    ]);
    expect(told[0]).toMatchObject({ simulated: false });
    expect(told.at(-1)).toMatchObject({ outcome: 'opened' });
    expect(await command('status')).toContain('phone    ready over udp, sound in clear');
  });

  it('tells the guest when the engine dies in mid-call, and calls again', { timeout: 40_000 }, async () => {
    expect(await call()).toEqual({ outcome: 'calling' });
    await phaseIs('talking');
    process.kill(Number(await readFile(join(folder, 'controller/phone/engine.pid'), 'utf8')), 'SIGKILL');
    const { sentence } = await phaseIs('ended');
    expect(sentence?.en).toBe('The call failed. Please try again, or contact the manager.');
    while (!(await command('status')).includes('phone    ready')) await passed(50);
    expect((await events()).slice(-4).map(({ type }) => type)).toEqual([
      'PhoneFault',
      'CallLegEnded',
      'CallEnded',
      'PhoneFaultEnded',
    ]);
    expect(await call()).toEqual({ outcome: 'calling' });
    // Nobody has told the other telephone that the first call is over: it says so itself, over the new engine.
    expect((await phaseIs('ended')).sentence?.en).toBe('The line is busy. Please try again in a moment.');
  });

  it('writes no number and no address into its log, and ends in order', async () => {
    expect(await readFile(join(folder, 'controller.log'), 'utf8')).not.toMatch(/416 ?555|sip:/);
    expect((await demo.kill('SIGINT')).code).toBe(0);
  });
});
