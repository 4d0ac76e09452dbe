/** How the controller stands, in the words of `vestibule status` and of the status page. */
import type { DiskState } from '../core/disk-space.ts';
import type { ControllerStatus } from '../ports/lobby.ts';
import type { PhoneLine } from '../ports/phone.ts';

/** What they mean, and the way out: docs/disk.md. */
const diskWords: Readonly<Record<DiskState, string>> = {
  ample: '',
  low: ': LOW, free some of it',
  reserve: ': NEARLY FULL, telemetry is not recorded, free some of it now',
  full: ': FULL, no door opens but for people who leave, free some of it now',
};

export const describeDisk = ({ usedPercent, state }: ControllerStatus['disk']): string =>
  `${usedPercent} % used${diskWords[state]}`;

export function describeLink({ connected, session, stale, problem }: ControllerStatus['link']): string {
  const text = session ? 'in session' : connected ? 'connected, no session yet' : 'down';
  const staleText = stale === true ? ', STALE: not welcomed for an hour' : '';
  return `${text}${staleText}${problem === undefined ? '' : `: ${problem}`}`;
}

export const describeDataset = ({ epoch, seq, fault }: ControllerStatus['dataset']): string =>
  fault === undefined ? `epoch ${epoch}, seq ${seq}` : `cannot be read (${fault})`;

export function describePhone({
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
  return `ready over ${line.transport}${tls}, sound ${describeSound(line)}${known}`;
}

/** The key of the sound is in the INVITE: it is as secret as SIP is. */
const describeSound = ({ transport, srtp }: PhoneLine): string =>
  !srtp
    ? 'in clear'
    : transport === 'tls'
      ? 'encrypted'
      : 'encrypted, with its key in clear as far as the SIP edge on this machine';

type Door = ControllerStatus['doors'][number];
type Reader = NonNullable<ControllerStatus['readers']>[number];

/** What somebody should look after at a door. */
export const doorTroubles = ({ alarms, fault, problems }: Door): readonly string[] => [
  ...alarms.map((alarm) => `ALARM: ${alarm}`),
  ...(fault === undefined ? [] : [`FAULT: ${fault}`]),
  ...problems,
];

/** What somebody should look after at a reader. */
export const readerTroubles = ({ tamper, powerFailing, problem }: Reader): readonly string[] => [
  ...(tamper === true ? ['TAMPER'] : []),
  ...(powerFailing === true ? ['POWER FAILING'] : []),
  ...(problem === undefined ? [] : [`FAULT: ${problem}`]),
];
