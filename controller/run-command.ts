import { join } from 'node:path';
import type { ControllerConfig } from '../config/load.ts';
import { settleIdentity } from '../sync/links/enrol/state-folder.ts';
import { loadIdentity } from '../sync/links/identity.ts';
import { compose } from './compose.ts';
import { ConsoleFault } from './console/page-files.ts';
import { finishWipe, isWiping } from './decommission.ts';
import { exitCodes } from './exit-codes.ts';
import { createLogger } from './logging.ts';
import { StorageFault } from './ports/journal.ts';
import { lockState, StateInUse } from './store/state-lock.ts';
import { DatabaseTooNew } from './store/storage-fault.ts';

/** Runs until SIGTERM or SIGINT. A missing or unsafe identity is a sentence and exit 78, with nothing started. */
export async function runController(
  config: ControllerConfig,
  software: string,
  refuse: (sentence: string, exitCode: number) => void,
): Promise<void> {
  try {
    if (isWiping(config.stateDir)) wipe(config.stateDir);
  } catch (error) {
    if (error instanceof StateInUse) return refuse(error.message, exitCodes.unavailable);
    throw error;
  }
  settleIdentity(config.stateDir);
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
      const reason = await Promise.race([told.promise, controller.decommissioned]);
      log.info({ signal: reason ?? 'decommissioned' }, 'ending');
    } finally {
      await controller.stop();
    }
    if (!isWiping(config.stateDir)) return;
    wipe(config.stateDir);
    refuse(
      'This console was taken out of its building and is not enrolled any more: it has wiped keys, data and events. To enrol it anew: vestibule provision',
      exitCodes.config,
    );
  } catch (error) {
    if (error instanceof StorageFault) return refuse(diskSentence(config.stateDir, error), exitCodes.io);
    if (error instanceof DatabaseTooNew)
      return refuse(`${error.message}. Install the newer release again.`, exitCodes.config);
    if (error instanceof ConsoleFault || error instanceof StateInUse)
      return refuse(error.message, exitCodes.unavailable);
    throw error;
  }
}

function wipe(stateDir: string): void {
  const lock = lockState(stateDir);
  try {
    finishWipe(stateDir);
  } finally {
    lock.release();
  }
}

const diskSentence = (stateDir: string, { message }: StorageFault): string =>
  `The disk refused: ${message}. Look whether ${stateDir} has room and whether this user may write there.`;
