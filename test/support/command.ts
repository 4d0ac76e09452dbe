import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

const root = new URL('../../', import.meta.url).pathname;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of ours as its user runs it: a process of its own, on the runtime of this test run. */
export class RunningCommand implements AsyncDisposable {
  /** The program's name and what it was told to do. */
  readonly command: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #waiting = new Set<{ accepts: (line: string) => boolean; resolve: (line: string) => void }>();
  readonly #lines: string[] = [];
  #errors = '';

  constructor(
    script: string,
    args: readonly string[],
    options: {
      readonly env?: Record<string, string>;
      readonly typed?: string;
      /** What starts it, such as `nsenter` with its arguments. */
      readonly through?: readonly string[];
    } = {},
  ) {
    this.command = [basename(script, '.mjs'), ...args].join(' ');
    const env = { ...process.env, ...options.env };
    const [program, ...rest] = [...(options.through ?? []), process.execPath, script, ...args];
    this.#child = spawn(program ?? process.execPath, rest, {
      cwd: root,
      env,
      stdio: [options.typed === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.end(options.typed);
    // Not `exit`: what the program said last may still be on its way then.
    this.#exited = once(this.#child, 'close').then(([code]) => code as number | null);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    if (this.#child.stdout === null) throw new Error('no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      for (const waiter of this.#waiting) {
        if (!waiter.accepts(line)) continue;
        this.#waiting.delete(waiter);
        waiter.resolve(line);
      }
    });
  }

  /** Every line of standard output so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get errors(): string {
    return this.#errors;
  }

  /** The first line, said already or to come, that `accepts` accepts; fails when the command ends before. */
  line(accepts: (line: string) => boolean): Promise<string> {
    const said = this.#lines.find(accepts);
    if (said !== undefined) return Promise.resolve(said);
    const awaited = Promise.withResolvers<string>();
    this.#waiting.add({ accepts, resolve: awaited.resolve });
    const ended = this.#exited.then((code): never => {
      throw new Error(
        `the command ended with ${code} before the awaited line.\n${this.#lines.join('\n')}\n${this.#errors}`,
      );
    });
    return Promise.race([awaited.promise, ended]);
  }

  async finished(): Promise<Finished> {
    const code = await this.#exited;
    return { code, stdout: this.#lines.join('\n'), stderr: this.#errors };
  }

  /** Halts it, as a program that hangs. */
  halt(): void {
    this.#child.kill('SIGSTOP');
  }

  async kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<Finished> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return this.finished();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }
}

export const vestibule = (args: readonly string[], typed?: string): RunningCommand =>
  new RunningCommand('scripts/bin/vestibule.mjs', args, typed === undefined ? {} : { typed });
export const headEnd = (args: readonly string[]): RunningCommand =>
  new RunningCommand('scripts/bin/vestibule-headend.mjs', args);
export const sim = (args: readonly string[]): RunningCommand =>
  new RunningCommand('scripts/bin/vestibule-sim.mjs', args);
