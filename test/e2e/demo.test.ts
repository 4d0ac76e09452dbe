/** What a newcomer does first: `npm start`, and the codes that it prints. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headEnd, RunningCommand, sim, vestibule } from '../support/command.ts';
import { serverSentEvents } from '../support/console-events.ts';
import { freePort } from '../support/free-port.ts';

describe('npm start', () => {
  let folder: string;
  let port: number;
  let phonePort: number;
  let demo: RunningCommand;

  const start = async (): Promise<void> => {
    const ports = ['--port', String(port), '--phone-port', String(phonePort)];
    demo = new RunningCommand('scripts/demo.ts', [...ports, '--state', folder]);
    await demo.line((line) => line.startsWith('Ctrl-C'));
  };
  const play = async (code: string): Promise<Record<string, unknown>> => {
    const args = ['code', code, '--door', 'front', '--state', join(folder, 'controller'), '--json'];
    const { stdout, stderr } = await sim(args).finished();
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  /** Code and promise, as printed. */
  const printed = (): readonly (readonly [code: string, promise: string])[] =>
    demo.lines.flatMap((line) => {
      const [, code, promise] = /^ {2}(\d+) {3}(.+)$/.exec(line) ?? [];
      return code === undefined || promise === undefined ? [] : [[code, promise] as const];
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vestibule-demo-'));
    port = await freePort();
    phonePort = await freePort();
    await start();
  });
  afterAll(async () => {
    await demo.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('says that the doors are simulated, and shows the building at the printed address', async () => {
    expect(demo.lines.join('\n')).toContain(`http://127.0.0.1:${port}/    (the doors are simulated)`);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(await page.text()).toContain('<!doctype html>');
    const state = await fetch(`http://127.0.0.1:${port}/api/state`);
    expect(await state.text()).toContain('Le Sextant');
  });

  it('prints three codes that do what is said', async () => {
    const [opens, notYet, movedOut] = printed();
    expect(opens?.[1]).toContain('opens the front door');
    expect(await play(opens?.[0] ?? '')).toMatchObject({ outcome: 'grant', released: true });
    expect(notYet?.[1]).toContain('says from when on');
    expect(await play(notYet?.[0] ?? '')).toMatchObject({
      outcome: 'deny',
      reason: 'notActiveYet',
      sentence: { en: expect.stringContaining('2031') as string },
    });
    expect(movedOut?.[1]).toContain('refused without a hint');
    const refused = await play(movedOut?.[0] ?? '');
    expect(refused).toMatchObject({ outcome: 'deny', reason: 'movedOut' });
    expect(JSON.stringify(refused['sentence'])).not.toMatch(/\d/);
  });

  it('prints who can be called, and the phone at the printed address rings and opens', async () => {
    expect(demo.lines.join('\n')).toContain(`answer at  http://127.0.0.1:${phonePort}/\n(a simulated phone`);
    const [, , , listed, hidden] = printed();
    expect(listed?.[1]).toContain('calls Élodie Tremblay');
    expect(hidden?.[1]).toContain('on no screen');
    const phone = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const { stdout } = await sim(['phone', ...args, '--port', String(phonePort), '--json']).finished();
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    for (const [code] of [listed ?? ['', ''], hidden ?? ['', '']]) {
      expect(await type(code)).toMatchObject({ outcome: 'calling' });
      await untilPhone('ringing');
      expect(await phone('answer')).toMatchObject({ line: 'answered', target: 'phone' });
      expect(await phone('press', '9')).toMatchObject({ digits: '9', heard: ['opened'] });
      expect(await phone('hang-up')).toMatchObject({ line: 'ended', why: 'hungUp' });
    }
  });

  it('goes on after Ctrl-C where it ended, with what was published since', async () => {
    const file = join(folder, 'building.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('name: Le Sextant', 'name: Le Grand Sextant'));
    const published = await headEnd(['--state', join(folder, 'headend'), 'publish', file]).finished();
    expect(published).toMatchObject({ code: 0, stderr: '' });
    const before = await eventLog();
    const ended = await demo.kill('SIGINT');
    expect(ended).toMatchObject({ code: 0, stderr: '' });

    await start();
    const state = await fetch(`http://127.0.0.1:${port}/api/state`);
    expect(await state.text()).toContain('Le Grand Sextant');
    const after = await eventLog();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });

  it('names the way out when one of its ports is taken', async () => {
    const other = await mkdtemp(join(tmpdir(), 'vestibule-demo-'));
    const run = (first: number, second: number) =>
      new RunningCommand('scripts/demo.ts', [
        ...['--port', String(first), '--phone-port', String(second), '--state', other],
      ]).finished();
    const screen = await run(port, await freePort());
    expect(screen.code).toBe(1);
    expect(screen.stderr).toContain('npm start -- --port');
    const phone = await run(await freePort(), phonePort);
    expect(phone.code).toBe(1);
    expect(phone.stderr).toMatch(/^[^\n]*npm start -- --phone-port 8091\n$/);
    await rm(other, { recursive: true, force: true });
  });

  it('is not disturbed by a second one in its folder', async () => {
    const config = await readFile(join(folder, 'vestibule.yaml'), 'utf8');
    const args = ['--port', String(await freePort()), '--state', folder];
    const { code, stderr } = await new RunningCommand('scripts/demo.ts', args).finished();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/running .*--state/) as string,
    });
    expect(await readFile(join(folder, 'vestibule.yaml'), 'utf8')).toBe(config);
  });

  /** What the keypad on the screen sends. */
  async function type(digits: string): Promise<unknown> {
    const origin = `http://127.0.0.1:${port}`;
    const headers = { origin, 'content-type': 'application/json' };
    const body = JSON.stringify({ digits });
    return (await fetch(`${origin}/api/entry`, { method: 'POST', headers, body })).json();
  }

  async function untilPhone(line: string): Promise<void> {
    const events = serverSentEvents(await fetch(`http://127.0.0.1:${phonePort}/api/events`));
    for await (const { data } of events) if ((JSON.parse(data) as { line: string }).line === line) return;
    throw new Error('the phone ended');
  }

  async function eventLog(): Promise<readonly string[]> {
    const { stdout } = await vestibule([
      'events',
      '--json',
      '--config',
      join(folder, 'vestibule.yaml'),
    ]).finished();
    return stdout.split('\n');
  }
});
