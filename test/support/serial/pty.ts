/** A real pty: the device file at one end, bytes in the test's hands at the other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export interface Pty {
  readonly path: string;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  /** Pulls the adapter: the device file is gone, and whoever has it open hangs up. */
  pull(): Promise<void>;
  /** Puts it back under the same name. */
  plug(): Promise<void>;
}

export async function openPty(): Promise<Pty> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-pty-'));
  const path = join(folder, 'line');
  let child: ChildProcess | undefined;
  let listener: (bytes: Uint8Array) => void = () => {};
  const pull = async (): Promise<void> => {
    const pulled = child;
    child = undefined;
    if (pulled === undefined || pulled.exitCode !== null) return;
    const gone = once(pulled, 'exit');
    pulled.kill();
    await gone;
  };
  const plug = async (): Promise<void> => {
    const plugged = spawn('socat', [`PTY,raw,echo=0,link=${path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    plugged.stdin.on('error', () => {});
    plugged.stdout.on('data', (bytes: Buffer) => listener(bytes));
    child = plugged;
    while (!existsSync(path)) await delay(5);
  };
  await plug();
  onTestFinished(async () => {
    await pull();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    path,
    onBytes(next) {
      listener = next;
    },
    write: (bytes) => void child?.stdin?.write(bytes),
    pull,
    plug,
  };
}
