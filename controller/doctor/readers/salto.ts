import type { ControllerConfig } from '../../../config/load.ts';
import { auditPageOf, newestAuditCall } from '../../../drivers/salto/audit/audit-trail.ts';
import type { ShipCall } from '../../../drivers/salto/ship/call.ts';
import {
  doorListCall,
  doorListOf,
  type ListedDoor,
  onlineDoorsOf,
  statusCall,
} from '../../../drivers/salto/ship/doors.ts';
import { infoCall, infoOf } from '../../../drivers/salto/ship/info.ts';
import type { XmlElement } from '../../../drivers/salto/ship/xml.ts';
import { ShipConnection } from '../../../drivers/salto/ship-connection.ts';
import { systemTimers } from '../../app/system-clock.ts';
import type { ReplicaInspection } from '../../store/inspection.ts';
import type { AskedDoor, SaltoFacts, Told } from '../areas/salto.ts';
import { readDatabases } from './databases.ts';

/** How long each question may take, in milliseconds. */
export interface SaltoPatience {
  readonly questionMs: number;
  readonly databasesMs: number;
}

const atTheSite: SaltoPatience = { questionMs: 4_000, databasesMs: 9_000 };
/** At one go; all of them are asked for, to a bound. */
const pageDoors = 200;
const maxPages = 50;

/**
 * Asks the SALTO server what it is, which doors it has, how they stand, and for one entry of its trail. It is told nothing,
 * and no door moves; a running controller is not disturbed.
 */
export async function readSalto(
  config: ControllerConfig,
  patience: SaltoPatience = atTheSite,
): Promise<SaltoFacts> {
  const { salto, file, stateDir } = config;
  if (salto === undefined) return { kind: 'none', file };
  const { host, port, encoding, names, doorsBy, auditTrail } = salto;
  const { replica } = await readDatabases(stateDir, patience.databasesMs);
  const rows = replica.kind === 'sound' ? replica.found : undefined;
  const doors = doorsIn(config, rows);
  const connection = new ShipConnection({
    address: { host, port },
    setup: {
      dialect: { encoding, names },
      timing: { connectWithinMs: patience.questionMs, retryMinMs: 1_000, retryMaxMs: 1_000 },
    },
    timers: systemTimers,
  });
  const ask = async <T>(call: ShipCall, read: (params: XmlElement) => T | undefined): Promise<Told<T>> => {
    const outcome = await connection.call(call, { withinMs: patience.questionMs, urgent: true });
    if (outcome.kind !== 'params') return outcome;
    const value = read(outcome.params);
    return value === undefined ? { kind: 'fault', fault: 'otherReply' } : { kind: 'told', value };
  };
  try {
    const info = await ask(infoCall, infoOf);
    const asked = {
      kind: 'asked',
      server: `${host}:${port}`,
      encoding,
      naming: doorsBy,
      doors,
      info,
    } as const;
    if (info.kind !== 'told') return asked;
    const ids = doors.flatMap(({ saltoId }) => saltoId ?? []);
    const zone = rows?.timezone;
    return {
      ...asked,
      listed: await listAll(ask),
      ...(ids.length === 0 ? {} : { online: await ask(statusCall(ids, doorsBy), onlineDoorsOf) }),
      ...(auditTrail === 'off' ? {} : { audit: await ask(newestAuditCall(doorsBy), auditPageOf) }),
      ...(zone === undefined ? {} : { localNow: wallTimeIn(zone) }),
    };
  } finally {
    connection.close();
  }
}

/** Every door, page by page, whatever the server understands by "starting from". */
async function listAll(
  ask: <T>(call: ShipCall, read: (params: XmlElement) => T | undefined) => Promise<Told<T>>,
): Promise<Told<readonly ListedDoor[]>> {
  const doors = new Map<string, ListedDoor>();
  let after: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const told = await ask(doorListCall(pageDoors, after), doorListOf);
    if (told.kind !== 'told') return told;
    const before = doors.size;
    for (const door of told.value.doors) doors.set(door.id, door);
    after = told.value.doors.at(-1)?.id;
    if (told.value.isLast || doors.size === before) break;
  }
  return { kind: 'told', value: [...doors.values()] };
}

const doorsIn = ({ doors }: ControllerConfig, rows: ReplicaInspection | undefined): readonly AskedDoor[] =>
  Object.entries(doors).flatMap(([id, wiring]) =>
    wiring.hardware === 'salto'
      ? [{ id, saltoId: wiring.saltoDoorId ?? rows?.saltoDoorIds[id], openTimeMs: wiring.openTime }]
      : [],
  );

const wallTimeIn = (zone: string): string =>
  Temporal.Now.plainDateTimeISO(zone).toString({ smallestUnit: 'second' });
