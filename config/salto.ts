/** The SALTO server and the doors behind it (docs/salto.md). */
import { z } from 'zod';
import { duration } from './units.ts';

/** SHIP's words that the driver writes and reads; a test holds them against its own list. */
export const shipWords = [
  'RequestCall',
  'RequestName',
  'Params',
  'RequestResponse',
  'Exception',
  'Code',
  'Message',
  'GetInfo',
  'ProtocolID',
  'ProtocolVersion',
  'DateTime',
  'OnlineDoor.Open',
  'OnlineDoor.EmergencyOpen',
  'OnlineDoor.EmergencyClose',
  'OnlineDoor.EndOfEmergency',
  'OnlineDoor.StartOfficeMode',
  'OnlineDoor.EndOfficeMode',
  'OnlineDoor.GetOnlineStatusList',
  'ExtDoorIDList',
  'ExtDoorID',
  'DoorNameList',
  'DoorID',
  'OnlineDoorActionResultList',
  'OnlineDoorActionResult',
  'ErrorCode',
  'OnlineDoorStatusList',
  'OnlineDoorStatus',
  'CommStatus',
  'DoorStatus',
  'SaltoDBDoorList.Read',
  'SaltoDBDoorList',
  'SaltoDBDoor',
  'Name',
  'OpenTime',
  'StartingFromExtDoorID',
  'SaltoDBAuditTrail.Read',
  'SaltoDBAuditTrail',
  'SaltoDBAuditTrailEvent',
  'EventID',
  'EventDateTime',
  'Operation',
  'IsExit',
  'SubjectID',
  'StartingFromEventID',
  'DescendingOrder',
  'ShowDoorIDAs',
  'ShowUserIDAs',
  'MaxCount',
  'EOF',
] as const;

const saltoName = z.string().trim().min(1).max(100);
const xmlName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/, 'a word of XML: letters, digits, dots, dashes or underscores');

export const SaltoDoor = z
  .strictObject({
    hardware: z.literal('salto').describe('a lock that the SALTO server of `salto` opens (docs/salto.md)'),
    saltoDoorId: saltoName
      .optional()
      .describe('what SALTO calls this door; absent: as the building’s dataset says'),
    openTime: duration(z.int().min(2_000).max(255_000))
      .prefault('6s')
      .describe('how long SALTO keeps this lock open after one opening: its OpenTime'),
    fireWith: z
      .string()
      .optional()
      .describe(
        'another door of this device, whose fire alarm input opens this one, too; absent: no fire alarm input',
      ),
  })
  .describe('one door behind the SALTO server');

export const SaltoServer = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,253}$/, 'a host name or an IP address')
      .describe('address of the SALTO server; an IP address needs no name server'),
    port: z.int().min(1).max(65_535).describe('TCP port of its SHIP interface, as it is set at the server'),
    encoding: z
      .enum(['utf-8', 'iso-8859-1'])
      .default('utf-8')
      .describe('in which requests are written; answers may name their own'),
    doorsBy: z
      .enum(['id', 'name'])
      .default('id')
      .describe('whether `saltoDoorId` is SALTO’s external id of a door (ExtDoorID), or its name'),
    pollEvery: duration(z.int().min(1_000).max(300_000))
      .prefault('5s')
      .describe('how often the doors’ states and the audit trail are looked at'),
    auditTrail: z
      .enum(['ownDoors', 'all', 'off'])
      .default('ownDoors')
      .describe(
        'which entries of SALTO’s audit trail become events: of the doors of this device, all, or none',
      ),
    names: z
      .partialRecord(z.enum(shipWords), xmlName)
      .default({})
      .describe(
        'words of SHIP that SALTO’s licensed specification has otherwise, by the word of this program',
      ),
  })
  .describe('the SALTO server, for doors with `hardware: salto`');

type Doors = Readonly<Record<string, { readonly hardware: string } | z.infer<typeof SaltoDoor>>>;

interface Problem {
  readonly path: readonly string[];
  readonly what: string;
}

/** What is wrong between the doors and the server, if anything is. */
export function problemInSalto(
  doors: Doors,
  server: z.infer<typeof SaltoServer> | undefined,
): Problem | undefined {
  const behind = Object.entries(doors).flatMap(([id, door]) => (isSalto(door) ? [[id, door] as const] : []));
  const [first] = behind;
  if (server === undefined) {
    if (first === undefined) return undefined;
    return {
      path: ['doors', first[0], 'hardware'],
      what: 'is `salto`, and there is no section `salto`: add one with the host and port of the SALTO server',
    };
  }
  if (first === undefined)
    return { path: ['salto'], what: 'has no door: give one `hardware: salto`, or take this section out' };
  return problemInDoors(behind, doors) ?? problemInNames(server.names);
}

const isSalto = (door: Doors[string]): door is z.infer<typeof SaltoDoor> => door.hardware === 'salto';

function problemInDoors(
  behind: readonly (readonly [string, z.infer<typeof SaltoDoor>])[],
  doors: Doors,
): Problem | undefined {
  const taken = new Map<string, string>();
  for (const [id, { saltoDoorId, fireWith }] of behind) {
    const other = saltoDoorId === undefined ? undefined : taken.get(saltoDoorId);
    if (other !== undefined)
      return {
        path: ['doors', id, 'saltoDoorId'],
        what: `is the same as that of \`${other}\`: one lock is one door`,
      };
    if (saltoDoorId !== undefined) taken.set(saltoDoorId, id);
    const wired = fireWith !== undefined && Object.hasOwn(doors, fireWith) ? doors[fireWith] : undefined;
    if (fireWith !== undefined && (wired === undefined || isSalto(wired)))
      return {
        path: ['doors', id, 'fireWith'],
        what: `names "${fireWith}", which has no fire alarm input: name a door of this device that is not behind SALTO`,
      };
  }
  return undefined;
}

function problemInNames(names: Readonly<Record<string, string | undefined>>): Problem | undefined {
  const meant = new Map<string, string>(shipWords.map((word) => [names[word] ?? word, word]));
  const lost = shipWords.find((word) => meant.get(names[word] ?? word) !== word);
  if (lost === undefined) return undefined;
  const written = names[lost] ?? lost;
  return {
    path: ['salto', 'names'],
    what: `gives both ${lost} and ${meant.get(written)} the word "${written}": no answer could be read`,
  };
}
