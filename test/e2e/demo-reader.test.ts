import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ControllerStatus } from '../../controller/ports/lobby.ts';
import { RunningCommand, vestibule } from '../support/command.ts';
import { ensureUi } from '../support/console-ui.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';

/** `vestibule-sim reader` with its keypad in the test's hands. */
function simulatedReader(folder: string) {
  const args = ['reader', '--device', join(folder, 'reader.tty'), '--memory', join(folder, 'reader.key')];
  const child = spawn(process.execPath, ['drivers/sim/main.ts', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let look = (): void => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    look();
  });
  return {
    type: (line: string): void => void child.stdin.write(`${line}\n`),
    shown: (wanted: string): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (lines.includes(wanted)) resolve();
        };
        look();
      }),
    forget: (): void => void lines.splice(0),
  };
}

describe('npm start with a reader', () => {
  it('tells that nothing is there, gives the reader a key, opens the door by a code typed at it, and keeps the key', async () => {
    await ensureUi();
    const folder = mkdtempSync(join(tmpdir(), 'vestibule-demo-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [port, phonePort] = [await freePort(), await freePort()];
    const demoArgs = [
      '--port',
      `${port}`,
      '--phone-port',
      `${phonePort}`,
      '--state',
      folder,
      '--readers',
      'osdp',
    ];
    const start = (): RunningCommand => forThisTest(new RunningCommand('scripts/demo.ts', demoArgs));
    const config = ['--config', join(folder, 'vestibule.yaml')];
    const ask = async (...args: readonly string[]): Promise<string> =>
      (await forThisTest(vestibule([...config, ...args])).finished()).stdout;
    const status = async (): Promise<ControllerStatus> => {
      const response = await fetch(`http://127.0.0.1:${port}/api/status`);
      return (await response.json()) as ControllerStatus;
    };

    const demo = start();
    expect(await demo.line((line) => line.includes('Then type at it:'))).toContain('48292613#');
    expect(await ask('reader', 'list')).toContain('is not there');

    const reader = simulatedReader(folder);
    await reader.shown('Type keys, such as 48292613#, or "help".');
    expect(await ask('reader', 'commission', 'hall', '--window', '1min')).toContain('Done:');
    await reader.shown('it was given a key');
    reader.type('48292613#');
    await reader.shown('display, row 2: Porte ouverte');
    expect((await status()).doors.find(({ id }) => id === 'front')).toMatchObject({ released: true });
    // Once it has relocked.
    await reader.shown('light: out');
    reader.type('00000000#');
    await reader.shown('display, row 2: Non ouverte');

    // Both have the key after a restart.
    await demo.kill('SIGTERM');
    const again = start();
    await again.line((line) => line.includes('Then type at it:'));
    while ((await status()).readers?.[0]?.state !== 'online') await delay(50);
    reader.forget();
    reader.type('card bd88eb80 26');
    await reader.shown('display, row 1: Door open');
    const text = await ask('events', '--json');
    const events = text.split('\n').map((line) => {
      const { event } = JSON.parse(line) as { event: { type: string; accessPoint?: string } };
      return event;
    });
    expect(events.filter(({ type }) => type === 'ReaderKeyed')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'AccessGranted')?.accessPoint).toBe('reader-hall');
    expect(text).not.toMatch(/48292613|bd88eb80/);
  });
});
