import { resolve } from 'node:path';
import { HeadEndError } from '../head-end-error.ts';
import { type OpenHeadEnd, openHeadEnd, stateExists } from '../open-head-end.ts';
import { exitCodes, failureOf } from './exit-codes.ts';

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export const complain = (sentence: string, exitCode: number): void => {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
};

/** Runs a command on the books of an existing state folder; every failure is one sentence and an exit code. */
export async function withState(
  stateDir: string,
  use: (books: OpenHeadEnd) => Promise<void> | void,
  { create = false } = {},
): Promise<void> {
  try {
    const folder = resolve(stateDir);
    if (!create && !stateExists(folder)) {
      throw new HeadEndError(
        'noBuilding',
        `There is no head-end in ${folder} yet; begin with: vestibule-headend publish building.yaml --state ${stateDir}`,
      );
    }
    const books = openHeadEnd({ stateDir: folder });
    try {
      await use(books);
    } finally {
      books.close();
    }
  } catch (error) {
    const { sentence, exitCode } = failureOf(error);
    complain(sentence, exitCode);
  }
}

export const notServing = 'The head-end is not running: devices are told once it is (vestibule-headend run).';

/** Ends when the user or systemd says so. */
export function untilToldToEnd(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  return ending.signal;
}

/**
 * What cannot be said does not end what is done. A reader that has seen enough (`| head`) misses the rest, and the exit
 * code is that of the work; a disk that does not take the output is told by the exit code.
 */
export function goOnUnheard(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'EPIPE') process.exitCode = exitCodes.io;
    });
  }
}

/** A command that does nothing but say something ends with its reader. */
export function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(exitCodes.ok);
  });
}
