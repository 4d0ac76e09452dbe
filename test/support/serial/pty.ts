/** A real pty: the device file at one end, bytes in the test's hands at the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openPty as openSimulatedPty, type Pty } from '../../../drivers/sim/reader/pty.ts';

export interface TestPty {
  readonly path: string;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  /** Pulls the adapter: the device file is gone, and whoever has it open hangs up. */
  pull(): Promise<void>;
  /** Puts it back under the same name. */
  plug(): void;
}

export function openPty(): TestPty {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-pty-'));
  const path = join(folder, 'line');
  let listener: (bytes: Uint8Array) => void = () => {};
  let pty: Pty | undefined;
  const pull = async (): Promise<void> => {
    await pty?.close();
    pty = undefined;
  };
  const plug = (): void => {
    pty = openSimulatedPty(path, (bytes) => listener(bytes));
  };
  onTestFinished(async () => {
    await pull();
    rmSync(folder, { recursive: true, force: true });
  });
  plug();
  return {
    path,
    onBytes(next) {
      listener = next;
    },
    write: (bytes) => pty?.write(bytes),
    pull,
    plug,
  };
}
