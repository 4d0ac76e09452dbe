import type { CallFault } from '../../../drivers/salto/session/session-machine.ts';
import type { ListedDoor, OnlineDoor } from '../../../drivers/salto/ship/doors.ts';
import type { ShipInfo } from '../../../drivers/salto/ship/info.ts';
import { type Finding, finderOf, someOf } from '../finding.ts';

export const saltoKinds = {
  saltoNotConfigured: {
    level: 'warn',
    says: 'No door of this device is behind a SALTO server.',
    wayOut: 'Give a door "hardware: salto" and the server a section "salto" in {file} (docs/salto.md).',
  },
  saltoAnswers: { level: 'ok', says: 'The SALTO server at {server} answers by {protocol} {version}.' },
  saltoUnreachable: {
    level: 'fail',
    says: 'The SALTO server at {server} cannot be reached.',
    wayOut:
      'Compare host and port with what is set at the server (SALTO SPACE, host interface); see that the interface is on, and that no firewall is in between. An IP address needs no name server.',
  },
  saltoSilent: {
    level: 'fail',
    says: 'The SALTO server at {server} accepts the connection and does not answer.',
    wayOut:
      'See that the port is that of the SHIP host interface over TCP, not over HTTP or TLS, and that the SALTO service is not hanging.',
  },
  saltoNotShip: {
    level: 'fail',
    says: 'What answers at {server} does not speak SHIP as this program does ({fault}).',
    wayOut:
      'See that the port is that of the SHIP host interface over TCP. If it is, compare the words with SALTO’s specification and correct them under "salto.names" in the configuration.',
  },
  saltoRefuses: {
    level: 'fail',
    says: 'The SALTO server at {server} refuses to talk (its error {code}).',
    wayOut: 'See at SALTO that the licence covers the SHIP host interface, and that this device may use it.',
  },
  saltoEncodingWrong: {
    level: 'fail',
    says: 'The SALTO server at {server} does not write {encoding}.',
    wayOut: 'Set "salto.encoding" to {other}.',
  },
  saltoClockAgrees: { level: 'ok', says: 'The clocks of SALTO and of this device agree.' },
  saltoClockWrong: {
    level: 'warn',
    says: 'The clock of SALTO says {theirs}, that of this device {ours} in the building’s time zone.',
    wayOut:
      'Set the one that is wrong. By SALTO’s clock its own keys begin and end; its audit trail has SALTO’s times.',
  },
  saltoDoorsFound: { level: 'ok', says: 'SALTO has, and reaches, the doors {doors}.' },
  saltoDoorUnnamed: {
    level: 'fail',
    says: 'Nobody has said what SALTO calls {door}.',
    wayOut:
      'Give it a saltoDoorId in the building file at the head-end, or in the configuration of this device.',
  },
  saltoDoorUnknown: {
    level: 'fail',
    says: 'SALTO has no door "{saltoDoor}", which is to be {door}.',
    wayOut: 'Correct saltoDoorId; it has to be the same in every letter. SALTO has: {known}.',
  },
  saltoDoorNotOnline: {
    level: 'fail',
    says: 'SALTO has {door} ("{saltoDoor}"), but not as an online door: it cannot be opened from here, and a revocation reaches its lock only by a card.',
    wayOut:
      'Make it an online door at SALTO, or take it out of this device’s doors and tell the manager that it is not revocable online.',
  },
  saltoLockUnreached: {
    level: 'fail',
    says: 'SALTO does not reach the lock of {door} ("{saltoDoor}").',
    wayOut: 'See to the lock’s battery and to the gateway or the cable at SALTO.',
  },
  saltoDoorsNotTold: {
    level: 'warn',
    says: 'SALTO does not say {what}, so that was not checked ({why}).',
    wayOut:
      'See at SALTO what this device may ask. The doors open all the same, if SALTO takes the orders: "vestibule door test".',
  },
  saltoOpenTimeDiffers: {
    level: 'warn',
    says: 'SALTO keeps {door} open for {theirs} s after an opening; the configuration says {ours} s.',
    wayOut: 'Set "openTime" of this door to {theirs}s: longer passages are opened again in time by it.',
  },
  saltoAuditRead: { level: 'ok', says: 'SALTO hands out its audit trail.' },
  saltoAuditRefused: {
    level: 'warn',
    says: 'SALTO does not hand out its audit trail ({why}).',
    wayOut: 'See at SALTO what this device may ask, or set "salto.auditTrail" to off.',
  },
} as const;

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
