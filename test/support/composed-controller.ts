import type { KeyObject } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { ControllerConfig } from '../../config/load.ts';
import { type Controller, compose } from '../../controller/compose.ts';
import { createLogger } from '../../controller/logging.ts';
import type { Timers } from '../../controller/ports/clock.ts';
import type { SimReply, SimRequest } from '../../drivers/sim/sim-protocol.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { type CloudKeys, cloudKeys } from './cloud-keys.ts';
import { ensureUi } from './console-ui.ts';
import { HandTime } from './hand-time.ts';
import { fillIdentityFolder } from './identity-folder.ts';
import { tempDir } from './store.ts';
import { fastTimers } from './timers.ts';

export const deviceId = 'console-1';
const wiring = { hardware: 'simulated', monitor: true, rex: 'release', fire: 'release' } as const;

/** A state folder with an identity, in which controllers can be started one after the other. */
export interface Installation {
  readonly stateDir: string;
  readonly keys: CloudKeys;
  readonly deviceKey: KeyObject;
}

/** Nobody listens on the default broker's port. */
export function install(broker = 'mqtt://127.0.0.1:1'): Installation {
  const stateDir = tempDir();
  const keys = cloudKeys();
  const deviceKey = fillIdentityFolder(join(stateDir, 'identity'), { device: deviceId, broker, keys });
  return { stateDir, keys, deviceKey };
}

/** Short waits pass by themselves; those of more than a second when the test says so. */
const mixedTimers = (time: HandTime): Timers => ({
  after: (ms, run) => (ms > 1_000 ? time.timers : fastTimers(10)).after(ms, run),
});

export interface Composed {
  readonly controller: Controller;
  readonly time: HandTime;
  /** What was logged, line by line. */
  readonly log: readonly string[];
  readonly stop: () => Promise<void>;
}

/** A whole controller as `vestibule run` builds it, with the doors `lobby` and `garage`; not yet started. */
export async function composed(
  { stateDir }: Pick<Installation, 'stateDir'>,
  {
    port = 0,
    time = new HandTime(),
    config: own = {},
  }: {
    readonly port?: number;
    readonly time?: HandTime;
    /** What is otherwise than in that controller's configuration. */
    readonly config?: Partial<ControllerConfig>;
  } = {},
): Promise<Composed> {
  await ensureUi();
  const config: ControllerConfig = {
    file: join(stateDir, 'vestibule.yaml'),
    stateDir,
    console: { port, keypadDoor: 'lobby', callDoor: 'lobby', showAnswerForMs: 8_000 },
    doors: { lobby: wiring, garage: wiring },
    log: { level: 'debug' },
    ...own,
  };
  const read = loadIdentity(join(stateDir, 'identity'));
  if (read.kind === 'refused') throw new Error(read.problem);
  const log: string[] = [];
  const controller = compose({
    config,
    identity: read.identity,
    software: 'vestibule/test',
    log: createLogger('debug', { write: (line: string) => void log.push(line) }),
    time,
    timers: mixedTimers(time),
    // What this machine's own NTP client says of its clock is nothing to a clock in the test's hands.
    ntp: { read: () => Promise.resolve({ kind: 'none' }) },
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= controller.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { controller, time, log, stop };
}

/** What `vestibule-sim` sends, and the controller's reply. */
export function play({ stateDir }: Installation, body: SimRequest): Promise<SimReply> {
  return new Promise((resolve, reject) => {
    const socketPath = join(stateDir, 'sim.sock');
    const sent = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      json(response).then((reply) => resolve(reply as SimReply), reject);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}
