/** A cloud that rings residents' apps, played by the head-end's command line: over the broker, signed both ways. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { headEnd, RunningCommand, sim } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';

it('an app answers before the telephone, and opens the door for the call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-demo-'));
  const [port, phonePort] = [await freePort(), await freePort()];
  const ports = ['--port', String(port), '--phone-port', String(phonePort)];
  const demo = new RunningCommand('scripts/demo.ts', [...ports, '--state', folder]);
  await demo.line((line) => line.startsWith('Ctrl-C'));
  const cloud = (...args: readonly string[]) => headEnd(['--state', join(folder, 'headend'), ...args]);
  const watch = cloud('watch', '--json');
  const origin = `http://127.0.0.1:${port}`;
  const headers = { origin, 'content-type': 'application/json' };
  const state = async (): Promise<{ call?: { id: string; phase: object } }> =>
    (await (await fetch(`${origin}/api/state`)).json()) as { call?: { id: string; phase: object } };
  await fetch(`${origin}/api/entry`, { method: 'POST', headers, body: '{"digits":"3543"}' });
  const started = await watch.line((line) => line.includes('"CallStarted"'));
  const [, call = ''] = /"call":"([^"]+)"/.exec(started.replaceAll('\\"', '"')) ?? [];
  const by = ['--by', 'resident:101-elodie-tremblay'];
  expect(await cloud('answer', call, '--by', 'resident:406-ronan-fitzgerald').finished()).toMatchObject({
    stdout: expect.stringContaining('Not answered: the device answered rejected (noSuchCall).'),
  });
  expect(await cloud('answer', call, ...by).finished()).toMatchObject({ code: 0, stdout: 'Answered.' });
  const phone = await sim(['phone', 'show', '--port', String(phonePort), '--json']).finished();
  expect(JSON.parse(phone.stdout)).toMatchObject({ line: 'ended', why: 'consoleHungUp' });
  expect(await state()).toMatchObject({ call: { id: call, phase: { kind: 'talking' } } });
  expect(await cloud('answer', call, ...by).finished()).toMatchObject({
    stdout: expect.stringContaining('alreadyAnswered'),
  });
  expect(await cloud('unlock', 'front', ...by, '--call', call).finished()).toMatchObject({
    code: 0,
    stdout: 'Unlocked front.',
  });
  expect(await state()).toMatchObject({ call: { id: call, phase: { kind: 'opened' } } });
  await watch.kill('SIGINT');
  await demo.kill('SIGINT');
  await rm(folder, { recursive: true, force: true });
});
