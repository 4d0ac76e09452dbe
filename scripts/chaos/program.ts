/** A process that is killed and started again and again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Part of the line by which it says that it serves. */
  readonly upLine: string;
  /** Everything it says is kept here. */
  readonly logFile: string;
  /** It has ended without having been killed. */
  readonly onEnded?: (how: string) => void;
}

const lastWords = 300;

export class Program {
  readonly #options: ProgramOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #up: Promise<boolean> = Promise.resolve(false);
  #lastError = '';
  starts = 0;
  kills = 0;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Resident memory, in MB; 0 where it cannot be read. */
  get rssMb(): number {
    if (this.#child?.pid === undefined) return 0;
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      return 0;
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once it serves: true; or once it has ended before: false. */
  async start(): Promise<boolean> {
    if (this.#child !== undefined) return this.#up;
    const { command, args, cwd, upLine } = this.#options;
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
    this.#child = child;
    this.#lastError = '';
    this.starts += 1;
    const up = Promise.withResolvers<boolean>();
    this.#up = up.promise;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#log.write(`${line}\n`);
        if (line.includes(upLine)) up.resolve(true);
        if (stream === child.stderr) this.#lastError = line.slice(0, lastWords);
      });
    }
    child.once('error', (error) => {
      this.#lastError = error.message;
    });
    child.once('close', (code, signal) => {
      up.resolve(false);
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#options.onEnded?.(`exit ${code ?? signal}: ${this.#lastError}`);
    });
    return up.promise;
  }

  /** kill -9; resolves once it is gone. */
  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    this.kills += 1;
    await this.end('SIGKILL');
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    this.#log.end();
    await once(this.#log, 'finish');
  }
}

/** Debian keeps Mosquitto outside an ordinary user's path. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`,
});
