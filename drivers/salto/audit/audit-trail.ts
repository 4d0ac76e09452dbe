/** SALTO's audit trail, page by page. Event ids may be longer than a number holds: they are decimal text. */
import type { ShipCall } from '../ship/call.ts';
import type { DoorNaming } from '../ship/doors.ts';
import { saltoLocalTime } from '../ship/local-time.ts';
import { childOf, childrenOf, integerOf, textOf, type XmlElement, type XmlOut } from '../ship/xml.ts';

export interface AuditEvent {
  /** Decimal digits, without leading zeros. */
  readonly id: string;
  /** SALTO's number of what happened. */
  readonly operation: number;
  /** As the site's doors are named; undefined for what concerns no door. */
  readonly door: string | undefined;
  readonly exit: boolean;
  /** SALTO's id of whom it concerns, unless it could be a card's number or a telephone's. */
  readonly subject: string | undefined;
  /** Wall time without a zone. */
  readonly localTime: string | undefined;
}

export interface AuditPage {
  /** By ascending id. */
  readonly events: readonly AuditEvent[];
  readonly isLast: boolean;
}

const idPattern = /^0*(\d{1,30})$/;

const showAs = (naming: DoorNaming): readonly XmlOut[] => [
  ['ShowDoorIDAs', naming === 'id' ? '1' : '0'],
  ['ShowUserIDAs', '1'],
];

/** The events after `last`, oldest first. */
export const auditAfterCall = (last: string, maxCount: number, naming: DoorNaming): ShipCall => ({
  name: 'SaltoDBAuditTrail.Read',
  params: [
    ['MaxCount', String(maxCount)],
    ['StartingFromEventID', String(BigInt(last) + 1n)],
    ...showAs(naming),
    ['DescendingOrder', '0'],
  ],
});

/** The newest event: where somebody begins who has read none before. */
export const newestAuditCall = (naming: DoorNaming): ShipCall => ({
  name: 'SaltoDBAuditTrail.Read',
  params: [['MaxCount', '1'], ...showAs(naming), ['DescendingOrder', '1']],
});

/** Undefined where the answer is none to this, or has an event without an id, which would be read for ever. */
export function auditPageOf(params: XmlElement): AuditPage | undefined {
  const trail = childOf(params, 'SaltoDBAuditTrail');
  if (trail === undefined) return undefined;
  const events: AuditEvent[] = [];
  for (const element of childrenOf(trail, 'SaltoDBAuditTrailEvent')) {
    const id = idPattern.exec(textOf(element, 'EventID') ?? '')?.[1];
    if (id === undefined) return undefined;
    events.push({
      id,
      operation: integerOf(element, 'Operation') ?? -1,
      door: textOf(element, 'DoorID')?.slice(0, 100),
      exit: textOf(element, 'IsExit') === '1',
      subject: presentable(textOf(element, 'SubjectID')),
      localTime: saltoLocalTime(textOf(element, 'EventDateTime')),
    });
  }
  events.sort((a, b) => compareIds(a.id, b.id));
  return { events, isLast: textOf(params, 'EOF') !== '0' };
}

export const compareIds = (a: string, b: string): number => {
  const [first, second] = [BigInt(a), BigInt(b)];
  return first < second ? -1 : first > second ? 1 : 0;
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A key without an owner may be named by its number, and a person by their telephone's: neither is kept. */
function presentable(subject: string | undefined): string | undefined {
  if (subject === undefined || uuid.test(subject)) return subject;
  return /^[0-9a-f]{7,}$/i.test(subject.replaceAll(/[^0-9a-z]/gi, '')) ? undefined : subject.slice(0, 100);
}
