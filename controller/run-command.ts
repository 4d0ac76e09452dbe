import { join } from 'node:path';
import type { ControllerConfig } from '../config/load.ts';
import { settleIdentity } from '../sync/links/enrol/state-folder.ts';
import { loadIdentity } from '../sync/links/identity.ts';
import { compose, type Parts } from './compose.ts';
import { ConsoleFault } from './console/page-files.ts';
import { finishWipe, isWiping } from './decommission.ts';
import { exitCodes } from './exit-codes.ts';
import { createLogger } from './logging.ts';
import { type DatabaseName, StorageFault } from './ports/journal.ts';
import { lockState, StateInUse } from './store/state-lock.ts';
import { DatabaseTooNew } from './store/storage-fault.ts';

/** Whoever loses a database again so soon has another trouble than its file: a start reads every page, or begins empty. */
const againWithinMs = 60_000;

/**
 * Runs until SIGTERM or SIGINT, and begins anew when a database becomes unreadable (docs/adr/0008-begin-anew.md). A
 * missing or unsafe identity is a sentence and exit 78, with nothing started.
 */
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
  const log = createLogger(config.log.level);
  const told = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, told.resolve);
  try {
    for (let lostAtMs = Number.NEGATIVE_INFINITY; ; lostAtMs = performance.now()) {
      // Anew each time: its certificate may have been renewed meanwhile.
      const identity = loadIdentity(join(config.stateDir, 'identity'));
      if (identity.kind === 'refused') return refuse(identity.problem, exitCodes.config);
      const end = await runOnce({ config, identity: identity.identity, software, log }, told.promise);
      log.info(end, 'ended');
      if (end.kind === 'unreadable' && performance.now() - lostAtMs < againWithinMs) {
        throw new StorageFault('unreadable', `${end.database} was lost twice within a minute`);
      }
      if (end.kind !== 'unreadable') break;
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

type End =
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'decommissioned' }
  /** The next start sets it aside. */
  | { readonly kind: 'unreadable'; readonly database: DatabaseName };

/** One controller from its start to its end; it has been stopped when this returns or throws. */
async function runOnce(parts: Parts, told: Promise<string>): Promise<End> {
  const controller = compose(parts);
  try {
    const { port } = await controller.start();
    parts.log.info({ port, device: parts.identity.device, software: parts.software }, 'controller is up');
    return await Promise.race<End>([
      told.then((signal) => ({ kind: 'signal', signal })),
      controller.decommissioned.then(() => ({ kind: 'decommissioned' })),
      controller.unreadable.then((database) => ({ kind: 'unreadable', database })),
    ]);
  } finally {
    await controller.stop();
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
