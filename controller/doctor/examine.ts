/** Gathers all facts at once, and judges them when they are there. Changes nothing anywhere. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControllerConfig } from '../../config/load.ts';
import { type IdentityOutcome, loadIdentity } from '../../sync/links/identity.ts';
import { brokerOf } from '../../sync/links/mqtt-connection.ts';
import { NtpPrograms } from '../app/ntp-programs.ts';
import { judgeCertificates } from './areas/certificates.ts';
import { type ClockFacts, judgeClock, judgingTime } from './areas/clock.ts';
import { type ConfigurationFacts, judgeConfiguration } from './areas/configuration.ts';
import { judgeController, statusOf } from './areas/controller.ts';
import { judgeDatabases } from './areas/databases.ts';
import { judgeDisk } from './areas/disk.ts';
import { judgeGpio } from './areas/gpio.ts';
import { type IdentityFacts, judgeIdentity } from './areas/identity.ts';
import { judgeLink } from './areas/link.ts';
import { judgeOperation } from './areas/operation.ts';
import { judgePermissions } from './areas/permissions.ts';
import { judgePhoneFiles, judgePhoneStatus, judgeSpeaker } from './areas/phone.ts';
import { judgeReaders } from './areas/readers.ts';
import type { Finding } from './finding.ts';
import { readCertificates } from './readers/certificates.ts';
import { readController } from './readers/controller.ts';
import { readDatabases } from './readers/databases.ts';
import { readDisk } from './readers/disk.ts';
import { readGpio } from './readers/gpio.ts';
import { readLink } from './readers/link.ts';
import { readPermissions } from './readers/permissions.ts';
import { phoneFileProblem, unsharedSpeaker } from './readers/phone-files.ts';
import { readReaders } from './readers/reader-lines.ts';

/** How long doctor waits, in milliseconds. */
export interface Patience {
  /** For the status of a running controller. */
  readonly consoleMs: number;
  /** For each of the three steps to a broker, after the console's answer. */
  readonly brokerStepMs: number;
  readonly databasesMs: number;
  readonly ntpMs: number;
}

/** Less than 10 s in all: somebody stands on a ladder. */
const onALadder: Patience = { consoleMs: 3_000, brokerStepMs: 2_000, databasesMs: 9_000, ntpMs: 3_000 };

export interface ExamineOptions {
  /** Is given each thing that takes time, and awaits it: for a sign of progress. */
  readonly watch: <T>(subject: string, work: Promise<T>) => Promise<T>;
  readonly patience?: Patience;
}

export async function examine(
  config: ControllerConfig,
  { watch, patience = onALadder }: ExamineOptions,
): Promise<readonly Finding[]> {
  const { stateDir } = config;
  const folder = join(stateDir, 'identity');
  const identity = loadIdentity(folder);
  const controllerRead = watch('controller', readController(config, patience.consoleMs));
  const [controller, link, databases, certificates, permissions, disk, ntp, mode] = await Promise.all([
    controllerRead,
    watch(
      'broker',
      controllerRead.then((facts) => readLink(identityIn(identity), facts, patience.brokerStepMs)),
    ),
    watch('databases', readDatabases(stateDir, patience.databasesMs)),
    readCertificates(folder),
    readPermissions(stateDir),
    watch('disk', readDisk(stateDir)),
    watch('NTP', new NtpPrograms().read(Date.now, AbortSignal.timeout(patience.ntpMs))),
    stat(config.file).then(
      ({ mode }) => mode & 0o777,
      () => 0,
    ),
  ]);
  const { replica, events } = databases;
  const status = statusOf(controller);
  const clock: ClockFacts = {
    systemNow: Date.now(),
    ntp,
    ...(status === undefined ? {} : { running: status.clock }),
    ...(events.kind === 'sound' ? { floor: events.found.clockFloor } : {}),
  };
  const time = judgingTime(clock);
  const gpio = readGpio(config, status?.doors);
  const readers = await readReaders(config, status?.readers);
  return [
    ...judgeConfiguration(configurationFacts(config, mode)),
    ...judgeIdentity(identityFacts(identity, folder)),
    ...judgeCertificates(certificates, time),
    ...judgeController(controller),
    ...(gpio === undefined ? [] : judgeGpio(gpio)),
    ...(readers === undefined ? [] : judgeReaders(readers)),
    ...judgeLink(link),
    ...judgeClock(clock),
    ...judgeDatabases(databases),
    ...judgeOperation({
      ...(replica.kind === 'sound' ? { replica: replica.found } : {}),
      ...(events.kind === 'sound' ? { events: events.found } : {}),
      ...(time.kind === 'now' ? { now: time.at } : {}),
    }),
    ...judgePhoneFiles(phoneFileProblem(config), config.file),
    ...judgeSpeaker(unsharedSpeaker(config), config.file),
    ...judgePhoneStatus(status?.phone),
    ...judgeDisk(disk, status?.disk.state),
    ...judgePermissions(permissions),
  ];
}

const identityIn = (outcome: IdentityOutcome) => (outcome.kind === 'identity' ? outcome.identity : undefined);

function identityFacts(outcome: IdentityOutcome, folder: string): IdentityFacts {
  if (outcome.kind === 'refused') return { kind: 'refused', problem: outcome.problem, folder };
  const { device, building, brokerUrl } = outcome.identity;
  const encrypted = brokerUrl.startsWith('mqtts:');
  return { kind: 'identity', device, building, broker: brokerOf(brokerUrl), encrypted };
}

const configurationFacts = ({ file, doors, phone }: ControllerConfig, mode: number): ConfigurationFacts => ({
  file,
  mode,
  doors: Object.entries(doors).map(([id, { hardware }]) => ({ id, simulated: hardware === 'simulated' })),
  phone: phone === undefined ? 'none' : phone.hardware === 'simulated' ? 'simulated' : 'real',
});
