import { join } from 'node:path';
import type { ControllerConfig } from '../config/load.ts';
import { loadIdentity } from '../sync/links/identity.ts';
import { compose } from './compose.ts';
import { ConsoleFault } from './console/page-files.ts';
import { exitCodes } from './exit-codes.ts';
import { createLogger } from './logging.ts';
import { StorageFault } from './ports/journal.ts';
import { StateInUse } from './store/state-lock.ts';
import { DatabaseTooNew } from './store/storage-fault.ts';

/** Runs until SIGTERM or SIGINT. A missing or unsafe identity is a sentence and exit 78, with nothing started. */
export async function runController(
  config: ControllerConfig,
  software: string,
  refuse: (sentence: string, exitCode: number) => void,
): Promise<void> {
  const identity = loadIdentity(join(config.stateDir, 'identity'));
  if (identity.kind === 'refused') return refuse(identity.problem, exitCodes.config);
  const log = createLogger(config.log.level);
  const told = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, told.resolve);
  try {
    const controller = compose({ config, identity: identity.identity, software, log });
    try {
      const { port } = await controller.start();
      log.info({ port, device: identity.identity.device, software }, 'controller is up');
      log.info({ signal: await told.promise }, 'ending');
    } finally {
      await controller.stop();
    }
  } catch (error) {
    if (error instanceof StorageFault) return refuse(diskSentence(config.stateDir, error), exitCodes.io);
    if (error instanceof DatabaseTooNew)
      return refuse(`${error.message}. Install the newer release again.`, exitCodes.config);
    if (error instanceof ConsoleFault || error instanceof StateInUse)
      return refuse(error.message, exitCodes.unavailable);
    throw error;
  }
}

const diskSentence = (stateDir: string, { message }: StorageFault): string =>
  `The disk refused: ${message}. Look whether ${stateDir} has room and whether this user may write there.`;
