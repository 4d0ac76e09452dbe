import { type HolderRef, type Rows, type TableName, tables } from '../../../controller/core/dataset.ts';
import { codeForm } from '../../../controller/core/hash-forms.ts';
import { credentialHash } from '../../protocol/hashes.ts';
import { credentialsOf } from './credentials.ts';
import type { BuildingFile } from './file.ts';
import { grantsOf } from './grants.ts';
import { partsOf } from './group-parts.ts';
import { fitted } from './ids.ts';
import { instantOf } from './moment.ts';

/** A row as publishing takes it: in the dataset's shape, without the version, which the head-end gives. */
export interface BuildingRow {
  readonly table: TableName;
  readonly id: string;
  /** Its fields, `id` among them, in the schema's order. */
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * Every row of the building, in the dataset's shape: codes, cards and tags only as HMAC-SHA256 under the site key,
 * and no name of a hidden resident. The same file and key give the same rows, fields in the schema's order.
 */
export function expand(file: BuildingFile, siteKey: Uint8Array): readonly BuildingRow[] {
  const hash = (form: string): string => credentialHash(siteKey, form);
  return [
    buildingRow(file),
    ...plainRows(file),
    ...doorRows(file),
    ...residentRows(file),
    ...staffAndOtherRows(file),
    ...groupRows(file),
    ...grantRows(file),
    ...credentialRows(file, hash),
    ...guestRows(file, hash),
  ];
}

type Hash = (form: string) => string;

/** Absent fields are left out and the others ordered as the schema has them: a row's text depends on its facts only. */
function rowOf<T extends TableName>(table: T, body: Omit<Rows[T], 'version'>): BuildingRow {
  const known: Readonly<Record<string, unknown>> = body;
  const fields = Object.keys(tables[table].shape).filter((field) => known[field] !== undefined);
  return {
    table,
    id: String(known['id']),
    row: Object.fromEntries(fields.map((field) => [field, known[field]])),
  };
}

function buildingRow({ building }: BuildingFile): BuildingRow {
  const { ringTimeout, talkTimeout, lockout, ...rest } = building;
  return rowOf('building', {
    ...rest,
    ringTimeoutMs: ringTimeout,
    talkTimeoutMs: talkTimeout,
    lockout: lockout && {
      missesPerMinute: lockout.missesPerMinute,
      lockMs: lockout.lock,
      maxLockMs: lockout.maxLock,
      forgiveAfterMs: lockout.forgiveAfter,
      freeMissesPerDay: lockout.freeMissesPerDay,
      thenOneTryPerMs: lockout.thenOneTryPer,
    },
  });
}

const plainRows = ({ areas, calendars, schedules }: BuildingFile): readonly BuildingRow[] => [
  ...areas.map((area) => rowOf('area', area)),
  ...calendars.map((calendar) => rowOf('calendar', calendar)),
  ...schedules.map((schedule) => rowOf('schedule', schedule)),
];

const doorRows = ({ doors }: BuildingFile): readonly BuildingRow[] =>
  doors.map(({ accessTime, extendedAccessTime, openTooLong, preAlarm, antipassback, ...rest }) =>
    rowOf('door', {
      ...rest,
      accessTimeMs: accessTime,
      extendedAccessTimeMs: extendedAccessTime,
      openTooLongMs: openTooLong,
      preAlarmMs: preAlarm,
      antipassback: antipassback && {
        from: antipassback.from,
        to: antipassback.to,
        kind: antipassback.kind,
        ...(antipassback.forgiveAfter !== undefined && { forgiveMs: antipassback.forgiveAfter }),
        ...(antipassback.exempt !== undefined && { exempt: antipassback.exempt }),
      },
    }),
  );

const residentRows = ({ residents, building }: BuildingFile): readonly BuildingRow[] =>
  residents.map(({ displayName, overrideDisplayName, ...rest }) =>
    rowOf('resident', {
      ...rest,
      // The one place that decides it: no name of a hidden resident leaves the head-end (DESIGN section 3).
      ...(rest.showOnConsole ? { displayName, overrideDisplayName } : {}),
      language: rest.language ?? building.languages[0] ?? 'en',
    }),
  );

function staffAndOtherRows({ staff, others, building }: BuildingFile): readonly BuildingRow[] {
  const zone = building.timezone;
  return [
    ...staff.map((entry) =>
      rowOf('staff', {
        ...entry,
        language: entry.language ?? building.languages[0] ?? 'en',
        ...validityInstants(entry, zone),
      }),
    ),
    ...others.map((entry) => rowOf('other', { ...entry, ...validityInstants(entry, zone) })),
  ];
}

/** Groups as they are published, by the id that the file gives them. */
function publishedGroups({
  groups,
  residents,
  staff,
  others,
}: BuildingFile): ReadonlyMap<string, ReturnType<typeof partsOf>> {
  const ids = <Id>(listed: 'all' | readonly Id[], everyone: readonly { readonly id: Id }[]): readonly Id[] =>
    listed === 'all' ? everyone.map(({ id }) => id) : listed;
  const parts = groups.map((group) => {
    const members: HolderRef[] = [
      ...ids(group.residents, residents).map((id) => ({ kind: 'resident' as const, id })),
      ...ids(group.staff, staff).map((id) => ({ kind: 'staff' as const, id })),
      ...ids(group.others, others).map((id) => ({ kind: 'other' as const, id })),
    ];
    return [group.id, partsOf({ id: group.id, members })] as const;
  });
  return new Map(parts);
}

const groupRows = (file: BuildingFile): readonly BuildingRow[] =>
  [...publishedGroups(file).values()].flat().map((group) => rowOf('group', group));

/** A grant of a group in parts is one of each part. */
function grantRows(file: BuildingFile): readonly BuildingRow[] {
  const groups = publishedGroups(file);
  return grantsOf(file).flatMap(({ id, entry, subject, door }) => {
    const parts = subject.kind === 'group' ? (groups.get(subject.id) ?? []) : [];
    const subjects =
      parts.length > 1
        ? parts.map((part, index) => ({
            id: fitted(`${id}.part-${index + 1}-of-${parts.length}`),
            subject: { kind: 'group' as const, id: part.id },
          }))
        : [{ id, subject }];
    return subjects.map((of) =>
      rowOf('grant', {
        id: tables.grant.shape.id.parse(of.id),
        subject: of.subject,
        door,
        schedule: entry.schedule,
        source: entry.source,
        ...validityInstants(entry, file.building.timezone),
      }),
    );
  });
}

const credentialRows = (file: BuildingFile, hash: Hash): readonly BuildingRow[] =>
  credentialsOf(file).map(({ id, holder, kind, form, bounds, duress }) =>
    rowOf('credential', {
      id: tables.credential.shape.id.parse(id),
      holder,
      kind,
      hash: hash(form),
      ...validityInstants(bounds, file.building.timezone),
      schedule: bounds.schedule,
      status: bounds.status,
      duress,
    }),
  );

const guestRows = ({ guests, building }: BuildingFile, hash: Hash): readonly BuildingRow[] =>
  guests.map(({ code, validFor, startsAt, endsAt, host, ...rest }) =>
    rowOf('guest', {
      ...rest,
      host: host ?? null,
      hash: hash(codeForm(code)),
      startsAt: instantOf(startsAt, building.timezone),
      ...(endsAt !== undefined && { endsAt: instantOf(endsAt, building.timezone) }),
      validForMs: validFor,
    }),
  );

function validityInstants(
  { validFrom, validUntil }: { validFrom?: string | undefined; validUntil?: string | undefined },
  zone: string,
): { validFrom?: string; validUntil?: string } {
  return {
    ...(validFrom !== undefined && { validFrom: instantOf(validFrom, zone) }),
    ...(validUntil !== undefined && { validUntil: instantOf(validUntil, zone) }),
  };
}
