/** A serial line without hardware: a device file at one end, bytes at the other. socat makes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** No pty can be made here. */
export class PtyFault extends Error {
  readonly code = 'pty';
  constructor(message: string) {
    super(message);
    this.name = 'PtyFault';
  }
}

export interface Pty {
  write(bytes: Uint8Array): void;
  /** Resolves once nobody can open it any more. */
  readonly ended: Promise<void>;
  /** As an adapter that is pulled: whoever has it open hangs up. */
  close(): Promise<void>;
}

const lookEveryMs = 5;

/** @throws PtyFault */
export async function openPty(path: string, onBytes: (bytes: Uint8Array) => void): Promise<Pty> {
  // A link that a killed one has left behind.
  if (isLink(path)) rmSync(path);
  const socat = spawn('socat', [`PTY,raw,echo=0,link=${path}`, 'STDIO'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C is for the reader, which ends it.
    detached: true,
  });
  let said = '';
  let problem: string | undefined;
  socat.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  socat.once('error', () => {
    problem = 'socat, which makes the serial line, is not installed (Debian: apt-get install socat)';
  });
  // What was written as it ended has gone nowhere.
  socat.stdin.on('error', () => {});
  socat.stdout.on('data', onBytes);
  const exited = once(socat, 'exit').then(
    () => {},
    () => {},
  );
  while (!isLink(path)) {
    if (socat.exitCode !== null) problem ??= `socat cannot make ${path}: ${said.trim()}`;
    if (problem !== undefined) throw new PtyFault(problem);
    await delay(lookEveryMs);
  }
  return {
    write: (bytes) => void socat.stdin.write(bytes),
    ended: exited,
    async close() {
      socat.kill();
      await exited;
      if (isLink(path)) rmSync(path);
    },
  };
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
