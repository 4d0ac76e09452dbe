import { setTimeout as delay } from 'node:timers/promises';
import type { ControllerConfig } from '../../../config/load.ts';
import { builtUiFolder, readPageFiles } from '../../console/page-files.ts';
import { StorageFault } from '../../ports/journal.ts';
import type { ControllerStatus } from '../../ports/lobby.ts';
import { isStateLocked } from '../../store/state-lock.ts';
import type { ConsoleAnswer, ControllerFacts } from '../areas/controller.ts';

/** A link that has just come up may still await the head-end's welcome. */
const sessionWithinMs = 2_000;
const askAgainMs = 250;

export async function readController(
  { stateDir, console }: ControllerConfig,
  answersWithinMs: number,
): Promise<ControllerFacts> {
  const [answer, pageBuilt] = await Promise.all([
    askUntilSettled(console.port, answersWithinMs),
    isPageBuilt(),
  ]);
  return { folder: stateDir, port: console.port, locked: isHeld(stateDir), answer, pageBuilt };
}

async function askUntilSettled(port: number, answersWithinMs: number): Promise<ConsoleAnswer> {
  const until = performance.now() + sessionWithinMs;
  for (;;) {
    const answer = await ask(port, answersWithinMs);
    if (answer.kind !== 'status' || isSettled(answer.status) || performance.now() > until) return answer;
    await delay(askAgainMs);
  }
}

const isSettled = ({ link: { connected, session, problem } }: ControllerStatus): boolean =>
  session || (!connected && problem !== undefined);

async function ask(port: number, answersWithinMs: number): Promise<ConsoleAnswer> {
  try {
    const signal = AbortSignal.timeout(answersWithinMs);
    const response = await fetch(`http://127.0.0.1:${port}/api/status`, { signal });
    const status: unknown = response.ok ? await response.json() : undefined;
    return isStatus(status) ? { kind: 'status', status } : { kind: 'stranger' };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return { kind: 'silence' };
    return refused(error) ? { kind: 'nobody' } : { kind: 'stranger' };
  }
}

const refused = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';

/** Ours: a controller speaks of its software, and of its doors. */
const isStatus = (value: unknown): value is ControllerStatus =>
  typeof value === 'object' && value !== null && 'software' in value && 'doors' in value;

function isHeld(stateDir: string): boolean | undefined {
  try {
    return isStateLocked(stateDir);
  } catch (error) {
    if (error instanceof StorageFault) return undefined;
    throw error;
  }
}

const isPageBuilt = (): Promise<boolean> =>
  readPageFiles(builtUiFolder).then(
    () => true,
    () => false,
  );
