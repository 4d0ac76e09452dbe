import type { ControllerConfig } from '../config/load.ts';
import { describeClock } from './clock-sentence.ts';
import type { DiskState } from './core/disk-space.ts';
import { exitCodes } from './exit-codes.ts';
import type { ControllerStatus } from './ports/lobby.ts';

/** Asks the running controller over its own console port. */
export async function showStatus(
  { console: { port } }: ControllerConfig,
  json: boolean,
  refuse: (sentence: string, exitCode: number) => void,
): Promise<void> {
  let status: ControllerStatus;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/status`, {
      signal: AbortSignal.timeout(3_000),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    status = (await response.json()) as ControllerStatus;
  } catch {
    return refuse(
      `No controller answers on port ${port} of 127.0.0.1; start it with "vestibule run", or name its --config.`,
      exitCodes.unavailable,
    );
  }
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : describe(status));
}

/** What they mean, and the way out: docs/disk.md. */
const diskWords: Readonly<Record<DiskState, string>> = {
  ample: '',
  low: ': LOW, free some of it',
  reserve: ': NEARLY FULL, telemetry is not recorded, free some of it now',
  full: ': FULL, no door opens but for people who leave, free some of it now',
};

function describe(status: ControllerStatus): string {
  const { device, building, software, clock, link, dataset, events, phone, disk, readers, doors } = status;
  const linkText = link.session ? 'in session' : link.connected ? 'connected, no session yet' : 'down';
  const lines = [
    `${device} in ${building}, ${software}`,
    `clock    ${describeClock(clock)}`,
    `cloud    ${linkText}${link.stale === true ? ', STALE: not welcomed for an hour' : ''}${link.problem === undefined ? '' : `: ${link.problem}`}`,
    `dataset  ${dataset.fault === undefined ? `epoch ${dataset.epoch}, seq ${dataset.seq}` : `cannot be read (${dataset.fault})`}`,
    `events   ${events.head}, acknowledged up to ${events.acked}`,
    ...(phone === undefined ? [] : [`phone    ${describePhone(phone)}`]),
    `disk     ${disk.usedPercent} % used${diskWords[disk.state]}`,
    ...(readers ?? []).map(
      ({ id, door, state, problem, tamper }) =>
        `reader   ${id}: ${state}, door ${door}${tamper === true ? ', TAMPER' : ''}${problem === undefined ? '' : ` FAULT: ${problem}`}`,
    ),
    ...doors.map(
      ({ id, mode, released, open, simulated, alarms, problems, fault }) =>
        `door     ${id}: ${mode}, ${released ? 'released' : 'secured'}` +
        `${open === undefined ? '' : open ? ', open' : ', closed'}` +
        `${simulated ? ' (simulated)' : ''}${alarms.map((alarm) => ` ALARM: ${alarm}`).join('')}` +
        `${fault === undefined ? '' : ` FAULT: ${fault}`}` +
        problems.map((problem) => `\n         ${id}: ${problem}`).join(''),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function describePhone({
  simulated,
  fault,
  unregistered,
  line,
}: NonNullable<ControllerStatus['phone']>): string {
  if (fault !== undefined) return `FAULT: ${fault}`;
  if (unregistered !== undefined) return `UNREGISTERED: ${unregistered}`;
  if (line === undefined) return simulated ? 'simulated' : 'ready';
  const tls =
    line.transport === 'tls' ? ` (certificate ${line.tlsVerified ? 'verified' : 'NOT verified'})` : '';
  const known =
    line.registered === undefined ? '' : line.registered ? ', registered' : ', not registered yet';
  return `ready over ${line.transport}${tls}, sound ${line.srtp ? 'encrypted' : 'in clear'}${known}`;
}
