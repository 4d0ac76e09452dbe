import type { ReaderStatus } from '../../ports/reader.ts';
import { type Finding, finderOf } from '../finding.ts';

export const readerKinds = {
  readersOnline: { level: 'ok', says: 'Online: {readers}.' },
  readerDeviceMissing: {
    level: 'fail',
    says: '{device}, the line of {readers}, is not there.',
    wayOut:
      'Plug the adapter in; "ls -l /dev/serial/by-id" shows those that are there. Name the right one under "readers" in {file}.',
  },
  readerDeviceForbidden: {
    level: 'fail',
    says: '{user} may not open {device}, the line of {readers}.',
    wayOut: 'Let the group {group} have the controller’s user: usermod -aG {group} USER, then restart it.',
  },
  readerLineFaulty: {
    level: 'fail',
    says: '{reader} has no line: {problem}.',
    wayOut:
      'If another program has the device, stop it (fuser -v DEVICE names it); otherwise look at the adapter. It is tried again every second.',
  },
  readerKeysUnreadable: {
    level: 'fail',
    says: 'The keys of the readers are lost to this device: {problem}.',
    wayOut:
      'Put both files of the folder "readers" back from a backup. Without one, move the folder away, restart the controller, and commission each reader anew.',
  },
  readerUncommissioned: {
    level: 'fail',
    says: '{reader} has no key of its own, so nothing that it says is believed.',
    wayOut: 'Put it into its installation mode and run: vestibule reader commission {reader}',
  },
  readerOffline: {
    level: 'fail',
    says: '{reader} does not answer.',
    wayOut:
      'Look at its power, at the two wires (A and B may be swapped), and whether its address and speed are those of the configuration. It is asked again about every second.',
  },
  readerRefused: {
    level: 'fail',
    says: '{reader} answers, and not as it must: its messages are not believed.',
    wayOut:
      '"vestibule events" says why (ReaderSecurity). If it was replaced or reset by you: vestibule reader commission {reader}. If not, somebody may have been at its wires.',
  },
  readerTampered: {
    level: 'warn',
    says: '{reader} has been taken off its wall, or opened.',
    wayOut: 'Look at it; this ends by itself once it is closed.',
  },
} as const;

export interface ReaderFacts {
  readonly file: string;
  /** Who runs doctor. */
  readonly user: string;
  readonly lines: readonly ReaderLineFacts[];
  /** Why the keys cannot be read, or which OSDP readers have none. */
  readonly keys:
    | { readonly kind: 'unreadable'; readonly problem: string }
    | { readonly kind: 'read'; readonly without: readonly string[] };
  /** Of the running controller. */
  readonly running?: readonly ReaderStatus[];
}

export interface ReaderLineFacts {
  readonly device: string;
  readonly readers: readonly string[];
  readonly access: 'good' | 'missing' | 'forbidden';
  /** The group that may open it. */
  readonly group: string;
}

const found = finderOf(readerKinds);

export function judgeReaders({ file, user, lines, keys, running }: ReaderFacts): readonly Finding[] {
  const bad = lines.filter(({ access }) => access !== 'good');
  const told = new Set(bad.flatMap(({ readers }) => readers));
  const online = (running ?? []).filter(({ state }) => state === 'online').map(({ id }) => id);
  return [
    ...(online.length === 0 ? [] : [found('readersOnline', { readers: online.join(', ') })]),
    ...bad.map(({ device, readers, access, group }) =>
      access === 'missing'
        ? found('readerDeviceMissing', { device, readers: readers.join(', '), file })
        : found('readerDeviceForbidden', { user, device, readers: readers.join(', '), group }),
    ),
    ...(keys.kind === 'unreadable'
      ? [found('readerKeysUnreadable', { problem: keys.problem })]
      : running === undefined
        ? keys.without.map((reader) => found('readerUncommissioned', { reader }))
        : running.filter(({ id }) => !told.has(id)).flatMap(standing)),
    ...(running ?? []).flatMap(({ id, tamper }) =>
      tamper === true ? [found('readerTampered', { reader: id })] : [],
    ),
  ];
}

function standing({
  id: reader,
  state,
  problem = 'its serial line cannot be used',
}: ReaderStatus): readonly Finding[] {
  switch (state) {
    case 'online':
      return [];
    case 'lineDown':
      return [found('readerLineFaulty', { reader, problem })];
    case 'uncommissioned':
      return [found('readerUncommissioned', { reader })];
    case 'offline':
    case 'securing':
      return [found('readerOffline', { reader })];
    case 'refused':
      return [found('readerRefused', { reader })];
    default:
      return state satisfies never;
  }
}
