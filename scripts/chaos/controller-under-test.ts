/**
 * `vestibule run` with a clock that can be set: the same composition, started with a configuration file and a file that
 * holds by how many milliseconds the system's clock is off. The NTP programs of this machine are not asked: they would
 * vouch for a clock that is not the one they steer.
 */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded, as in controller/main.ts.
enableCompileCache();
const { loadConfig } = await import('../../config/load.ts');
const { systemTime } = await import('../../controller/app/system-clock.ts');
const { compose } = await import('../../controller/compose.ts');
const { createLogger } = await import('../../controller/logging.ts');
const { StorageFault } = await import('../../controller/ports/journal.ts');
const { exitCodes } = await import('../../controller/exit-codes.ts');
const { loadIdentity } = await import('../../sync/links/identity.ts');

const [configFile = '', clockFile = ''] = process.argv.slice(2);
const config = loadConfig(configFile);
if (config.kind === 'refused') throw new Error(config.problem);
const identity = loadIdentity(join(config.config.stateDir, 'identity'));
if (identity.kind === 'refused') throw new Error(identity.problem);
const log = createLogger(config.config.log.level);
const told = Promise.withResolvers<string>();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, told.resolve);
try {
  const controller = compose({
    config: config.config,
    identity: identity.identity,
    software: 'vestibule/chaos',
    log,
    time: { ...systemTime, rtc: () => Date.now() + Number(readFileSync(clockFile, 'utf8')) },
    ntp: { read: async () => ({ kind: 'none' }) },
  });
  await controller.start();
  log.info({}, 'controller is up');
  await told.promise;
  await controller.stop();
} catch (error) {
  if (!(error instanceof StorageFault)) throw error;
  process.stderr.write(`The disk refused: ${error.message}\n`);
  process.exit(exitCodes.io);
}
