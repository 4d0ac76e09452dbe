/** The calls about online doors: what is asked of one, how some stand, and which there are. */
import type { ShipCall } from './call.ts';
import type { ShipWord } from './names.ts';
import { childOf, childrenOf, integerOf, textOf, type XmlElement, type XmlOut } from './xml.ts';

export type DoorOperation =
  | 'open'
  | 'emergencyOpen'
  | 'emergencyClose'
  | 'endOfEmergency'
  | 'startOfficeMode'
  | 'endOfficeMode';

const operationNames = {
  open: 'OnlineDoor.Open',
  emergencyOpen: 'OnlineDoor.EmergencyOpen',
  emergencyClose: 'OnlineDoor.EmergencyClose',
  endOfEmergency: 'OnlineDoor.EndOfEmergency',
  startOfficeMode: 'OnlineDoor.StartOfficeMode',
  endOfficeMode: 'OnlineDoor.EndOfficeMode',
} as const satisfies Readonly<Record<DoorOperation, ShipWord>>;

/** Whether a site's doors are named by SALTO's external ids or by their names. */
export type DoorNaming = 'id' | 'name';

function doorList(doors: readonly string[], naming: DoorNaming): XmlOut {
  const [list, one] = naming === 'id' ? ['ExtDoorIDList', 'ExtDoorID'] : ['DoorNameList', 'DoorID'];
  return [list ?? '', doors.map((door): XmlOut => [one ?? '', door])];
}

export const doorCall = (operation: DoorOperation, door: string, naming: DoorNaming): ShipCall => ({
  name: operationNames[operation],
  params: [doorList([door], naming)],
});

export type DoorResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly errorCode: number }
  /** The answer speaks of other doors only, or not of an error code: nobody knows what became of this one. */
  | { readonly kind: 'untold' };

/** What became of `door`. An answer without any result refuses nothing: so do public programs read it. */
export function doorResultOf(params: XmlElement, door: string): DoorResult {
  const list = childOf(params, 'OnlineDoorActionResultList');
  if ((list ?? params).children.length === 0) return { kind: 'done' };
  const own = childrenOf(list, 'OnlineDoorActionResult').find((result) => doorIn(result) === door);
  const errorCode = integerOf(own, 'ErrorCode');
  if (errorCode === undefined) return { kind: 'untold' };
  return errorCode === 0 ? { kind: 'done' } : { kind: 'refused', errorCode };
}

const doorIn = (element: XmlElement): string | undefined =>
  textOf(element, 'DoorID') ?? textOf(element, 'ExtDoorID');

export const statusCall = (doors: readonly string[], naming: DoorNaming): ShipCall => ({
  name: 'OnlineDoor.GetOnlineStatusList',
  params: [doorList(doors, naming)],
});

/** How SALTO says that a door stands; `unknown` for −1 and for numbers that nobody has explained. */
export type SaltoDoorStatus =
  | 'unknown'
  | 'open'
  | 'closed'
  | 'leftOpen'
  | 'intrusion'
  | 'emergencyOpen'
  | 'emergencyClose';

const doorStatuses: readonly SaltoDoorStatus[] = [
  'open',
  'closed',
  'leftOpen',
  'intrusion',
  'emergencyOpen',
  'emergencyClose',
];

export interface OnlineDoor {
  readonly status: SaltoDoorStatus;
  /** False where SALTO says that it does not reach the lock; undefined where it does not know. */
  readonly reached: boolean | undefined;
}

/** By the doors' names as asked. Undefined where the answer is none to this. */
export function onlineDoorsOf(params: XmlElement): ReadonlyMap<string, OnlineDoor> | undefined {
  const list = childOf(params, 'OnlineDoorStatusList');
  if (list === undefined) return undefined;
  const doors = new Map<string, OnlineDoor>();
  for (const element of childrenOf(list, 'OnlineDoorStatus')) {
    const door = doorIn(element);
    if (door === undefined) continue;
    const comm = integerOf(element, 'CommStatus');
    doors.set(door, {
      status: doorStatuses[integerOf(element, 'DoorStatus') ?? -1] ?? 'unknown',
      reached: comm === 0 ? false : comm === 1 ? true : undefined,
    });
  }
  return doors;
}

/** `after`: the last door of the page before. */
export const doorListCall = (maxCount: number, after?: string): ShipCall => ({
  name: 'SaltoDBDoorList.Read',
  params: [
    ['MaxCount', String(maxCount)],
    ...(after === undefined ? [] : [['StartingFromExtDoorID', after] satisfies XmlOut]),
  ],
});

export interface ListedDoor {
  readonly id: string;
  readonly name: string | undefined;
  /** How long SALTO keeps the lock open after one opening. */
  readonly openTimeMs: number | undefined;
}

export interface DoorListPage {
  readonly doors: readonly ListedDoor[];
  readonly isLast: boolean;
}

/** One page of all doors that SALTO has. Undefined where the answer is none to this. */
export function doorListOf(params: XmlElement): DoorListPage | undefined {
  const list = childOf(params, 'SaltoDBDoorList');
  if (list === undefined) return undefined;
  const doors = childrenOf(list, 'SaltoDBDoor').flatMap((element) => {
    const id = textOf(element, 'ExtDoorID');
    if (id === undefined) return [];
    const seconds = integerOf(element, 'OpenTime');
    const openTimeMs = seconds === undefined ? undefined : seconds * 1_000;
    return [{ id, name: textOf(element, 'Name'), openTimeMs }];
  });
  return { doors, isLast: isAtEnd(params) };
}

/** `EOF`: nothing comes after this page. */
const isAtEnd = (params: XmlElement): boolean => textOf(params, 'EOF') === '1';
