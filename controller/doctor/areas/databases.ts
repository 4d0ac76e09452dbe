import type { Inspection, InspectionOf } from '../../store/inspection.ts';
import { type Finding, finderOf, someOf } from '../finding.ts';

export const databaseKinds = {
  databaseSound: { level: 'ok', says: '{database} is sound: {content}.' },
  databasesNotMade: { level: 'ok', says: 'There are no databases yet; the first start makes them.' },
  databaseMissing: {
    level: 'fail',
    says: '{database} is missing, and {other} is there.',
    wayOut:
      'If it was moved, stop the controller and put it back. Otherwise start the controller: it makes a new one, fills replica.db from the head-end, and reports a lost event log.',
  },
  databaseDamaged: {
    level: 'fail',
    says: '{database} is damaged: it is empty, or SQLite cannot read all of it.',
    wayOut:
      'Restart the controller: it sets the file aside unless it is empty, starts a new one, and gets the rows and denials back. Then look at the health of the disk (dmesg, smartctl).',
  },
  databaseOfNewerRelease: {
    level: 'fail',
    says: '{database} has version {version}; this release knows versions up to {known}.',
    wayOut:
      'Install the newer release again. This one changes nothing in that file, and does not start with it.',
  },
  databaseOfOlderRelease: {
    level: 'warn',
    says: '{database} has version {version}, and this release works with {known}; it was not looked into.',
    wayOut: 'Start the controller, or restart it after an update: the start brings the file up to date.',
  },
  databaseUnchecked: {
    level: 'warn',
    says: '{database} could not be checked ({reason}).',
    wayOut:
      'Run doctor as the owner of the state folder, with the machine at rest; then look at the health of the disk.',
  },
  digestDiffers: {
    level: 'fail',
    says: 'The {rows} rows in replica.db do not add up to their digest: something but the head-end has changed them.',
    wayOut: 'Restart the controller with its link up: it finds this too, and gets all rows anew.',
  },
  eventsBroken: {
    level: 'fail',
    says: 'The event log is not whole: event {seq} is missing, or has been changed.',
    wayOut:
      'Copy events.db as evidence. What the head-end has acknowledged is whole there: compare with "vestibule-headend watch". To begin a new log, stop the controller, move events.db away and start it.',
  },
  databasesSetAside: {
    level: 'warn',
    says: 'Unreadable databases were set aside: {files}.',
    wayOut: 'When nobody wants to repair them any more, delete them: they take up the disk.',
  },
  datasetEmpty: {
    level: 'warn',
    says: 'No building has arrived yet: every code and card is unknown.',
    wayOut: 'Publish the building ("vestibule-headend publish") and let this device reach the head-end.',
  },
  rowsRefused: {
    level: 'warn',
    says: 'Rows that this release cannot use, and that therefore open nothing: {count} ({rows}).',
    wayOut: 'Correct these rows at the head-end and publish; or install the release that knows them.',
  },
} as const;

export interface DatabasesFacts {
  readonly replica: InspectionOf['replica'] | Unchecked;
  readonly events: InspectionOf['events'] | Unchecked;
  /** File names. */
  readonly setAside: readonly string[];
}

export interface Unchecked {
  readonly kind: 'unchecked';
  readonly reason: string;
}

const found = finderOf(databaseKinds);

export function judgeDatabases({ replica, events, setAside }: DatabasesFacts): readonly Finding[] {
  const neither = replica.kind === 'missing' && events.kind === 'missing';
  return [
    ...(neither
      ? [found('databasesNotMade', {})]
      : [
          ...(replica.kind === 'sound'
            ? judgeReplica(replica.found)
            : [unsound(replica, 'replica.db', 'events.db')]),
          ...(events.kind === 'sound'
            ? judgeLog(events.found)
            : [unsound(events, 'events.db', 'replica.db')]),
        ]),
    ...(setAside.length === 0 ? [] : [found('databasesSetAside', { files: someOf(setAside) })]),
  ];
}

function unsound(
  inspection: Exclude<Inspection<unknown>, { kind: 'sound' }> | Unchecked,
  database: string,
  other: string,
): Finding {
  switch (inspection.kind) {
    case 'missing':
      return found('databaseMissing', { database, other });
    case 'damaged':
      return found('databaseDamaged', { database });
    case 'otherRelease': {
      const { found: version, known } = inspection;
      const code = version > known ? 'databaseOfNewerRelease' : 'databaseOfOlderRelease';
      return found(code, { database, version, known });
    }
    case 'refused':
      return found('databaseUnchecked', { database, reason: inspection.code });
    case 'unchecked':
      return found('databaseUnchecked', { database, reason: inspection.reason });
    default:
      return inspection satisfies never;
  }
}

type Sound<Database extends keyof InspectionOf> = Extract<InspectionOf[Database], { kind: 'sound' }>['found'];

function judgeReplica({ epoch, seq, rows, digestAgrees, refused }: Sound<'replica'>): readonly Finding[] {
  const content = `rows ${rows} at epoch ${epoch}, seq ${seq}, which add up to their digest`;
  return [
    digestAgrees
      ? found('databaseSound', { database: 'replica.db', content })
      : found('digestDiffers', { rows }),
    ...(seq === 0 ? [found('datasetEmpty', {})] : []),
    ...(refused.length === 0
      ? []
      : [
          found('rowsRefused', {
            count: refused.length,
            rows: someOf(
              refused.map(({ table, id, field }) => `${table} ${id}: ${field || 'the whole row'}`),
            ),
          }),
        ]),
  ];
}

function judgeLog({ head, kept, brokenAt }: Sound<'events'>): readonly Finding[] {
  if (brokenAt !== undefined) return [found('eventsBroken', { seq: brokenAt })];
  const content = `events ${kept} kept, up to ${head}, whose hashes link up`;
  return [found('databaseSound', { database: 'events.db', content })];
}
