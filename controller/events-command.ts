import { setTimeout as delay } from 'node:timers/promises';
import type { ControllerConfig } from '../config/load.ts';
import { eventSentence } from './app/event-sentence.ts';
import type { Language } from './core/dataset.ts';
import { exitCodes } from './exit-codes.ts';
import type { CommittedEvent } from './ports/journal.ts';
import { openEventReader } from './store/read-events.ts';

const pageSize = 500;
const lookAgainMs = 250;

interface Wanted {
  readonly follow: boolean;
  readonly after: number;
  readonly json: boolean;
  /** One sentence each, in this language, instead of the fields. */
  readonly sentences: Language | undefined;
}

/** Prints the event log, and with `follow` goes on until a signal ends it. */
export async function showEvents(
  { stateDir }: ControllerConfig,
  { follow, after, json, sentences }: Wanted,
  refuse: (sentence: string, exitCode: number) => void,
): Promise<void> {
  if (!Number.isInteger(after) || after < 0) {
    return refuse('--after takes the seq of an event: a whole number from 0.', exitCodes.usage);
  }
  const reader = openEventReader(stateDir);
  if (reader === undefined) {
    return refuse(
      `${stateDir} has no event log yet; it is made when "vestibule run" starts.`,
      exitCodes.unavailable,
    );
  }
  const lineOf = (event: CommittedEvent): string => {
    if (json) return asJson(event);
    return sentences === undefined ? describe(event) : asSentence(event, sentences);
  };
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
  try {
    for (let seq = after; !ending.signal.aborted; ) {
      const events = reader.after(seq, pageSize);
      for (const event of events) process.stdout.write(`${lineOf(event)}\n`);
      seq = events.at(-1)?.seq ?? seq;
      if (events.length === pageSize) continue;
      if (!follow) return;
      await delay(lookAgainMs, undefined, { signal: ending.signal }).catch(() => {});
    }
  } finally {
    reader.close();
  }
}

const asJson = ({ seq, body, hash }: CommittedEvent): string =>
  JSON.stringify({ seq, hash, event: JSON.parse(body) as unknown });

function asSentence({ seq, body }: CommittedEvent, language: Language): string {
  const event = JSON.parse(body) as Shown;
  const grave = event.severity === 'info' ? [] : [`[${event.severity}]`];
  const parts = [String(seq).padStart(6), event.time, eventSentence({ ...event }, language), ...grave];
  return parts.join('  ').replaceAll(/\p{C}/gu, '');
}

/** What tells one event from another of its type; the rest is in `--json`. */
const told = [
  'from',
  'resident',
  'target',
  'end',
  'outcome',
  'mode',
  'open',
  'released',
  'scope',
  'on',
  'table',
  'id',
  'field',
  'message',
  'count',
  'database',
  'problem',
] as const;

interface Shown {
  readonly time: string;
  readonly type: string;
  readonly severity: string;
  readonly door?: string;
  readonly reason?: string;
  readonly subject?: { readonly kind: string; readonly id: string };
  readonly backfilled?: true;
}
type Told = Readonly<Partial<Record<(typeof told)[number], string | number | boolean>>>;

function describe({ seq, body }: CommittedEvent): string {
  const event = JSON.parse(body) as Shown & Told;
  const { time, type, severity, door, reason, subject, backfilled } = event;
  const parts = [
    String(seq).padStart(6),
    time,
    type,
    ...(door === undefined ? [] : [`at ${door}`]),
    ...(subject === undefined ? [] : [`by ${subject.kind} ${subject.id}`]),
    ...told.flatMap((name) => (event[name] === undefined ? [] : [`${name}=${event[name]}`])),
    ...(reason === undefined ? [] : [`(${reason})`]),
    ...(severity === 'info' ? [] : [`[${severity}]`]),
    ...(backfilled === true ? ['back-filled'] : []),
  ];
  // Text from elsewhere must not steer the terminal.
  return parts.join('  ').replaceAll(/\p{C}/gu, '');
}
