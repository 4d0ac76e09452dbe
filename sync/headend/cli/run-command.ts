import { readFileSync } from 'node:fs';
import { HeadEndError } from '../head-end-error.ts';
import { OpenHeadEnd } from '../open-head-end.ts';
import type { HeadEndLog } from '../service/parts.ts';
import { untilToldToEnd, withState } from './context.ts';

export interface RunOptions {
  readonly broker: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly enrolment?: string;
}

/** `run`: serves the building's devices until SIGINT or SIGTERM, logging JSON lines. */
export const runCommand = (stateDir: string, options: RunOptions): Promise<void> =>
  withState(stateDir, async ({ stateDir: folder, store }) => {
    const { default: pino } = await import('pino');
    const logger = pino(
      {
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      // Not pino's own stream, which waits for ever at the end for a disk that is full.
      process.stdout,
    );
    const log: HeadEndLog = (level, what, details = {}) => logger[level](details, what);
    const serving = new OpenHeadEnd({ stateDir: folder, store, log });
    const tls = tlsOf(options);
    await serving.run(
      {
        url: options.broker,
        ...(tls === undefined ? {} : { tls }),
        ...(options.enrolment === undefined ? {} : { enrolment: options.enrolment }),
      },
      untilToldToEnd(),
    );
  });

function tlsOf({ broker, ca, cert, key }: RunOptions): { ca: string; cert: string; key: string } | undefined {
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if (ca === undefined || cert === undefined || key === undefined || !broker.startsWith('mqtts:')) {
    throw new HeadEndError(
      'badInput',
      '--ca, --cert and --key go together, and with --broker mqtts://…; without them this building’s own CA is used.',
    );
  }
  return { ca: pem(ca), cert: pem(cert), key: pem(key) };
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new HeadEndError('badInput', `${file} cannot be read; check its name and that it may be read.`);
  }
}
