/** `BuildingRows` and `AccessFacts` from arrays in memory, for tests of pure logic. */
import type {
  AccessFacts,
  BuildingRows,
  ClockReading,
  DoorState,
  GuestUses,
  Holder,
  KnownArea,
  RowVersion,
  Subject,
} from '../../controller/core/access/facts.ts';
import type {
  Building,
  Calendar,
  Credential,
  Door,
  Grant,
  Group,
  Guest,
  HolderRef,
  Other,
  Resident,
  Schedule,
  Staff,
  TableName,
} from '../../controller/core/dataset.ts';

export interface World {
  readonly building?: Building | undefined;
  readonly residents?: readonly Resident[];
  readonly staff?: readonly Staff[];
  readonly others?: readonly Other[];
  readonly credentials?: readonly Credential[];
  readonly guests?: readonly Guest[];
  readonly doors?: readonly Door[];
  readonly grants?: readonly Grant[];
  readonly groups?: readonly Group[];
  readonly schedules?: readonly Schedule[];
  readonly calendars?: readonly Calendar[];
}

export interface Device {
  readonly clock?: ClockReading;
  readonly lastWelcomeAt?: number;
  /** Of every door. */
  readonly door?: Partial<DoorState>;
  readonly lockedOut?: boolean;
  /** A revocation covers the versions up to its `version`. */
  readonly revoked?: readonly RowVersion[];
  readonly uses?: Readonly<Record<string, GuestUses>>;
  readonly areas?: readonly { readonly subject: Subject; readonly known: KnownArea }[];
}

const byId = <Row extends { readonly id: string }>(rows: readonly Row[] | undefined, id: string) =>
  rows?.find((row) => row.id === id);

const same = (
  one: { readonly kind: string; readonly id: string },
  other: { readonly kind: string; readonly id: string },
): boolean => one.kind === other.kind && one.id === other.id;

/** The event log of the device that decides. */
export const ownLog = '6f1c0c39-59f5-4f0e-9d4b-3b7d26b1a001';

function rowsOf(world: World): BuildingRows {
  return {
    cursor: { epoch: 7, seq: 42 },
    building: () => world.building,
    door: (id) => byId(world.doors, id),
    byHash: (hash) => ({
      credentials: world.credentials?.filter((row) => row.hash === hash) ?? [],
      guests: world.guests?.filter((row) => row.hash === hash) ?? [],
    }),
    guest: (id) => byId(world.guests, id),
    holder: (ref) => holderIn(world, ref),
    groupsOf: (ref) => world.groups?.filter(({ members }) => members.some((m) => same(m, ref))) ?? [],
    grants: (subject, door) =>
      world.grants?.filter((row) => row.door === door && same(row.subject, subject)) ?? [],
    schedule: (id) => byId(world.schedules, id),
    calendar: (id) => byId(world.calendars, id),
  };
}

function holderIn(world: World, { kind, id }: HolderRef): Holder | undefined {
  switch (kind) {
    case 'resident': {
      const row = byId(world.residents, id);
      return row && { kind, row };
    }
    case 'staff': {
      const row = byId(world.staff, id);
      return row && { kind, row };
    }
    case 'other': {
      const row = byId(world.others, id);
      return row && { kind, row };
    }
    default:
      return kind satisfies never;
  }
}

/** A quiet device: trusted clock at 2026-06-15 12:00 in Toronto, doors Locked, nothing revoked, nobody counted. */
export function factsOf(world: World, device: Device = {}): AccessFacts {
  return {
    clock: device.clock ?? { state: 'trusted', now: Date.parse('2026-06-15T16:00:00.000Z') },
    ...(device.lastWelcomeAt !== undefined && { lastWelcomeAt: device.lastWelcomeAt }),
    rows: rowsOf(world),
    doorState: () => ({ mode: 'Locked', firstPersonWaiting: false, ...device.door }),
    lockedOut: () => device.lockedOut ?? false,
    denied: (row) =>
      device.revoked?.some((r) => r.table === row.table && r.id === row.id && row.version <= r.version) ??
      false,
    guestUses: (id) => device.uses?.[id] ?? { used: 0, known: true },
    log: ownLog,
    knownArea: (subject) => device.areas?.find((area) => same(area.subject, subject))?.known,
  };
}

/** The denylist's entry for a row as it is now. */
export const revocationOf = (
  table: TableName,
  { id, version }: { id: string; version: number },
): RowVersion => ({
  table,
  id,
  version,
});
