import type { CallFault } from '../../../drivers/salto/session/session-state.ts';
import type { ListedDoor, OnlineDoor } from '../../../drivers/salto/ship/doors.ts';
import type { ShipInfo } from '../../../drivers/salto/ship/info.ts';
import { type Finding, finderOf, someOf } from '../finding.ts';
import { saltoKinds } from './salto-kinds.ts';

/** What came of a question. */
export type Told<T> =
  | { readonly kind: 'told'; readonly value: T }
  | { readonly kind: 'exception'; readonly code: number | undefined }
  | { readonly kind: 'fault'; readonly fault: CallFault };

export interface AskedDoor {
  readonly id: string;
  readonly saltoId: string | undefined;
  readonly openTimeMs: number;
}

export type SaltoFacts =
  | { readonly kind: 'none'; readonly file: string }
  | {
      readonly kind: 'asked';
      readonly server: string;
      readonly encoding: 'utf-8' | 'iso-8859-1';
      readonly naming: 'id' | 'name';
      readonly doors: readonly AskedDoor[];
      readonly info: Told<ShipInfo>;
      /** The rest is asked only of a server that has answered. */
      readonly listed?: Told<readonly ListedDoor[]>;
      readonly online?: Told<ReadonlyMap<string, OnlineDoor>>;
      /** Absent also where the trail is not read. */
      readonly audit?: Told<unknown>;
      /** Wall time of this device in the building's zone, as SALTO writes it; absent while the zone is unknown. */
      readonly localNow?: string;
    };

type Asked = Extract<SaltoFacts, { kind: 'asked' }>;

const found = finderOf(saltoKinds);
/** Less is nobody's business; keys begin and end by the minute. */
const tolerableMs = 120_000;

export function judgeSalto(facts: SaltoFacts): readonly Finding[] {
  if (facts.kind === 'none') return [found('saltoNotConfigured', { file: facts.file })];
  const { info, server } = facts;
  if (info.kind !== 'told') return [judgeServer(facts, info)];
  const { protocol = 'an unnamed protocol', version = '' } = info.value;
  return [
    found('saltoAnswers', { server, protocol, version }),
    ...judgeClock(facts, info.value),
    ...judgeDoors(facts),
    ...judgeAudit(facts.audit),
  ];
}

function judgeServer({ server, encoding }: Asked, told: Exclude<Told<unknown>, { kind: 'told' }>): Finding {
  if (told.kind === 'exception') return found('saltoRefuses', { server, code: told.code ?? 'has no number' });
  switch (told.fault) {
    case 'unreachable':
    case 'closed':
    case 'tooLate':
      return found('saltoUnreachable', { server });
    case 'silent':
      return found('saltoSilent', { server });
    case 'notText':
      return found('saltoEncodingWrong', { server, encoding, other: otherThan(encoding) });
    case 'cut':
    case 'notShip':
    case 'oversized':
    case 'notXml':
    case 'otherReply':
      return found('saltoNotShip', { server, fault: told.fault });
    default:
      return told.fault satisfies never;
  }
}

const otherThan = (encoding: Asked['encoding']): string => (encoding === 'utf-8' ? 'iso-8859-1' : 'utf-8');

function judgeClock({ localNow }: Asked, { localTime }: ShipInfo): readonly Finding[] {
  if (localNow === undefined || localTime === undefined) return [];
  const apartMs = Math.abs(Date.parse(`${localNow}Z`) - Date.parse(`${localTime}Z`));
  return [
    apartMs > tolerableMs
      ? found('saltoClockWrong', { theirs: localTime, ours: localNow })
      : found('saltoClockAgrees', {}),
  ];
}

function judgeDoors(facts: Asked): readonly Finding[] {
  const { listed, online, server, encoding } = facts;
  const untold = [
    ...(listed === undefined || listed.kind === 'told' ? [] : [untoldFinding('which doors it has', listed)]),
    ...(online === undefined || online.kind === 'told' ? [] : [untoldFinding('how the doors stand', online)]),
  ];
  const all = listed?.kind === 'told' ? listed.value : undefined;
  const states = online?.kind === 'told' ? online.value : undefined;
  const named = facts.doors.flatMap((door) =>
    door.saltoId === undefined ? [] : [{ ...door, saltoId: door.saltoId }],
  );
  const isGarbled =
    all !== undefined && named.some(({ saltoId }) => isOnlyGarbled(saltoId, all, facts.naming));
  if (isGarbled || (listed?.kind === 'fault' && listed.fault === 'notText'))
    return [found('saltoEncodingWrong', { server, encoding, other: otherThan(encoding) })];
  const problems = named.map((door) => ({
    door,
    findings: judgeDoor(door, { all, states, naming: facts.naming }),
  }));
  const well = states === undefined ? [] : problems.filter(({ findings }) => findings.length === 0);
  return [
    ...untold,
    ...facts.doors.flatMap(({ id, saltoId }) =>
      saltoId === undefined ? [found('saltoDoorUnnamed', { door: id })] : [],
    ),
    ...problems.flatMap(({ findings }) => findings),
    ...(well.length === 0
      ? []
      : [found('saltoDoorsFound', { doors: someOf(well.map(({ door }) => door.id)) })]),
  ];
}

const calledBy = (naming: Asked['naming'], { id, name }: ListedDoor): string =>
  naming === 'id' ? id : (name ?? id);

/** A name in UTF-8 that was read as ISO-8859-1 is there, and looks like no name that anybody has given. */
function isOnlyGarbled(wanted: string, all: readonly ListedDoor[], naming: Asked['naming']): boolean {
  const names = all.map((door) => calledBy(naming, door));
  const garbled = String.fromCharCode(...new TextEncoder().encode(wanted));
  return !names.includes(wanted) && names.includes(garbled);
}

function judgeDoor(
  { id, saltoId, openTimeMs }: AskedDoor & { readonly saltoId: string },
  {
    all,
    states,
    naming,
  }: {
    readonly all: readonly ListedDoor[] | undefined;
    readonly states: ReadonlyMap<string, OnlineDoor> | undefined;
    readonly naming: Asked['naming'];
  },
): readonly Finding[] {
  const listed = all?.find((door) => calledBy(naming, door) === saltoId);
  if (all !== undefined && listed === undefined) {
    const known = someOf(all.map((door) => calledBy(naming, door))) || 'none';
    return [found('saltoDoorUnknown', { door: id, saltoDoor: saltoId, known })];
  }
  const state = states?.get(saltoId);
  if (states !== undefined && state === undefined)
    return [found('saltoDoorNotOnline', { door: id, saltoDoor: saltoId })];
  const theirsMs = listed?.openTimeMs;
  return [
    ...(state?.reached === false ? [found('saltoLockUnreached', { door: id, saltoDoor: saltoId })] : []),
    ...(theirsMs === undefined || theirsMs === openTimeMs
      ? []
      : [found('saltoOpenTimeDiffers', { door: id, theirs: theirsMs / 1_000, ours: openTimeMs / 1_000 })]),
  ];
}

const untoldFinding = (what: string, told: Exclude<Told<unknown>, { kind: 'told' }>): Finding =>
  found('saltoDoorsNotTold', { what, why: whyOf(told) });

const whyOf = (told: Exclude<Told<unknown>, { kind: 'told' }>): string =>
  told.kind === 'exception' ? `its error ${told.code ?? 'has no number'}` : told.fault;

function judgeAudit(audit: Asked['audit']): readonly Finding[] {
  if (audit === undefined) return [];
  return [
    audit.kind === 'told' ? found('saltoAuditRead', {}) : found('saltoAuditRefused', { why: whyOf(audit) }),
  ];
}
