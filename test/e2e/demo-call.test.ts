/** `PHONE=baresip npm start`: a call over SIP from the lobby to a second telephone on this machine, which opens the door. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RunningCommand, vestibule } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';

it('PHONE=baresip npm start places a real call, which opens the door', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-demo-'));
  const port = await freePort();
  const args = ['--port', String(port), '--phone-port', String(await freePort()), '--state', folder];
  const demo = new RunningCommand('scripts/demo.ts', args, { env: { PHONE: 'baresip' } });
  await demo.line((line) => line.startsWith('Ctrl-C'));
  const origin = `http://127.0.0.1:${port}`;
  const headers = { origin, 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/api/entry`, { method: 'POST', headers, body: '{"digits":"3543"}' });
  expect(await answer.json()).toEqual({ outcome: 'calling' });
  await demo.line((line) => line === 'The call is over.');
  const config = join(folder, 'vestibule.yaml');
  const events = await vestibule(['events', '--json', '--config', config]).finished();
  const told = events.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
    .filter(({ type }) => /^Call|^AccessGranted/.test(String(type)));
  expect(told.map(({ type }) => type)).toEqual([
    'CallStarted',
    'CallAnswered',
    'AccessGranted',
    'CallLegEnded',
    'CallEnded',
  ]);
  expect(told[0]).toMatchObject({ simulated: false });
  expect(told.at(-1)).toMatchObject({ outcome: 'opened' });
  const status = await vestibule(['status', '--config', config]).finished();
  expect(status.stdout).toContain('phone    ready over udp, sound in clear');
  const log = await readFile(join(folder, 'controller.log'), 'utf8');
  expect(log).not.toMatch(/416 ?555|sip:/);
  expect((await demo.kill('SIGINT')).code).toBe(0);
  await rm(folder, { recursive: true, force: true });
});
