/** An event as a line for people (pure): time, device, type, door, who, and what there is to know; no codes, no hashes. */
import type { StoredEvent } from '../store/event-store.ts';

export interface EventNames {
  readonly timezone: string;
  /** How people call a row; undefined: not known (any more). */
  label(table: string, id: string): string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Shown by name when an event has them, in this order. */
const shown = [
  'reason',
  'mode',
  'cause',
  'scope',
  'on',
  'open',
  'from',
  'target',
  'end',
  'outcome',
  'released',
  'extended',
  'table',
  'id',
  'field',
  'message',
  'problem',
  'count',
  'database',
  'usedPercent',
  'refused',
  'command',
  'software',
  'entry',
  'lockMs',
  'oneTryPerMs',
  'liveCodes',
  'entryCodeLength',
  'neededLength',
];

export function eventLine({ device, seq, body }: StoredEvent, names: EventNames): string {
  const event = fieldsOf(body);
  const parts = [
    timeText(event['time'], names.timezone),
    `${device} #${seq}`,
    ...(event['severity'] === 'alarm' ? ['ALARM'] : []),
    scalar(event['type']) ?? 'unreadable',
    ...who(event, names),
    ...shown.flatMap((name) => {
      const value = scalar(event[name]);
      return value === undefined ? [] : [`${name}=${value}`];
    }),
    ...(event['backfilled'] === true ? ['(back-filled)'] : []),
  ];
  return parts.join('  ');
}

/** The same for programs. */
export const eventJson = ({ device, log, seq, body, receivedAt }: StoredEvent): string =>
  JSON.stringify({ device, log, seq, receivedAt: new Date(receivedAt).toISOString(), event: fieldsOf(body) });

function who(event: Fields, names: EventNames): readonly string[] {
  const door = scalar(event['door']);
  const subject = event['subject'];
  const parts: string[] = [];
  if (door !== undefined) parts.push(named('door', door, names));
  if (typeof subject === 'object' && subject !== null) {
    const { kind, id } = subject as Fields;
    parts.push(named(scalar(kind) ?? '?', scalar(id) ?? '?', names));
  }
  // Whom a call was for.
  const resident = scalar(event['resident']);
  if (resident !== undefined) parts.push(named('resident', resident, names));
  return parts;
}

const named = (table: string, id: string, names: EventNames): string => {
  const label = names.label(table, id);
  return clean(label === undefined ? `${table} ${id}` : `${table} ${id} (${label})`);
};

function fieldsOf(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

/** Text from elsewhere must not steer the terminal. */
const clean = (text: string): string => text.replaceAll(/\p{C}/gu, '').slice(0, 200);

const scalar = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? clean(String(value))
    : undefined;

function timeText(time: unknown, timezone: string): string {
  try {
    const zoned = Temporal.Instant.from(String(time)).toZonedDateTimeISO(timezone);
    return `${zoned.toPlainDate().toString()} ${zoned.toPlainTime().toString({ smallestUnit: 'second' })}`;
  } catch {
    return 'time unknown';
  }
}
