import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export type Program = ChildProcessByStdio<null, Readable, Readable>;

/** Resolves once the program has said these words; what it says afterwards is read and forgotten. */
export function untilSaid(program: Program, words: string): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes(words)) resolve();
    };
    program.stdout.on('data', read);
    program.stderr.on('data', read);
    program.once('error', reject);
    program.once('exit', (code) => reject(new Error(`${program.spawnfile} ended with ${code}: ${said}`)));
  });
}

/** Ends a program and waits until it has. */
export async function endOf(program: Program | undefined, end: () => void): Promise<void> {
  if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
  const exited = once(program, 'exit');
  end();
  await exited;
}
