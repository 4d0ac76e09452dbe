/** One life of the engine's process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as passed } from 'node:timers/promises';

const keptOutput = 8_192;

export class EngineProcess {
  /** Resolves once it is gone, with a sentence's end. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #output = '';
  #gone = false;

  /** @param onLine what it says on its error output, line by line; it may name whom it calls, so it is for no log as it is */
  constructor(program: string, folder: string, onLine: (line: string) => void) {
    this.#child = spawn(program, ['-f', folder], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      if (this.#output.length < keptOutput) this.#output += chunk.toString();
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    // Its progress sign ends in CR: a line of its own, or one that grows without end.
    if (this.#child.stderr !== null)
      createInterface({ input: this.#child.stderr, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
    this.ended = new Promise((resolve) => {
      const over = (how: string): void => {
        this.#gone = true;
        resolve(how);
      };
      this.#child.once('error', (error) => over(`cannot be started (${codeOf(error)})`));
      this.#child.once('exit', (code, signal) => over(`ended with ${signal ?? code}`));
    });
    if (this.#child.pid !== undefined)
      writeFileSync(join(folder, pidFile), String(this.#child.pid), { mode: 0o600 });
  }

  /** What it has said at its start; it names whom it calls, so it is for no log as it is. */
  get output(): string {
    return this.#output;
  }

  get gone(): boolean {
    return this.#gone;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Lets it say goodbye to whoever is on the line, and ends it the hard way after `graceMs`. */
  async end(graceMs: number): Promise<void> {
    if (this.#gone) return;
    this.#child.kill('SIGTERM');
    const waiting = new AbortController();
    await Promise.race([this.ended, passed(graceMs, undefined, { signal: waiting.signal }).catch(() => {})]);
    waiting.abort();
    if (!this.#gone) this.#child.kill('SIGKILL');
    await this.ended;
  }
}

const pidFile = 'engine.pid';

/** After a `kill -9` of the controller its engine lives on and holds the SIP port. */
export async function endOrphan(folder: string): Promise<void> {
  const file = join(folder, pidFile);
  const isOurs = (pid: number): boolean => commandLine(pid).includes(folder);
  const pid = Number(readOr(file, ''));
  if (Number.isInteger(pid) && pid > 1 && isOurs(pid)) {
    process.kill(pid, 'SIGKILL');
    while (isOurs(pid)) await passed(10);
  }
  rmSync(file, { force: true });
}

const commandLine = (pid: number): string => readOr(`/proc/${pid}/cmdline`, '');

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);
