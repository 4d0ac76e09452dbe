/**
 * SHIP's words, as public third-party programs use them; SALTO's specification needs its licence. Whoever holds it
 * corrects a word in the configuration (`salto.names`), and this program writes and reads it so.
 */
import type { XmlElement, XmlOut } from './xml.ts';

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
export type ShipWord = (typeof shipWords)[number];

/** What a site calls a word, where that differs. */
export type ShipNames = Readonly<Partial<Record<ShipWord, string>>>;

/** Our word as the site has it. */
export const siteWord = (names: ShipNames, word: string): string =>
  (names as Readonly<Record<string, string | undefined>>)[word] ?? word;

export const toSite = (names: ShipNames, [name, content]: XmlOut): XmlOut => [
  siteWord(names, name),
  typeof content === 'string' ? content : content.map((child) => toSite(names, child)),
];

/** An answer with our words in it. */
export function fromSite(names: ShipNames, element: XmlElement): XmlElement {
  const ours = new Map(Object.entries(names).map(([word, theirs]) => [theirs, word]));
  const renamed = ({ name, text, children }: XmlElement): XmlElement => {
    const word = ours.get(name) ?? name;
    return {
      name: word,
      text: word === 'RequestName' ? (ours.get(text) ?? text) : text,
      children: children.map(renamed),
    };
  };
  return ours.size === 0 ? element : renamed(element);
}
