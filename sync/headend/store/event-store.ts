/**
 * Events as devices reported them: contiguous per (device, log), each proven by its hash before the commit. An
 * acknowledgement may leave only after `take` has returned `held` (PROTOCOL "Events").
 */
import type { Database } from 'better-sqlite3';
import { noHash } from '../../../controller/core/hash-forms.ts';
import { eventHash } from '../../protocol/hashes.ts';
import type { EventBatch } from '../../protocol/messages.ts';

export interface LogHead {
  readonly head: number;
  readonly hash: string;
}

export interface StoredEvent {
  /** Order of arrival over all devices. */
  readonly n: number;
  readonly device: string;
  readonly log: string;
  readonly seq: number;
  readonly body: string;
  readonly hash: string;
  readonly receivedAt: number;
}

type WireEvent = EventBatch['events'][number];

export type BatchOutcome =
  /** On disk up to `head`; `fresh` were new. */
  | ({ readonly kind: 'held'; readonly fresh: readonly WireEvent[] } & LogHead)
  /** The batch begins after what is held. */
  | ({ readonly kind: 'gap'; readonly first: number } & LogHead)
  /** A hash does not follow, or an event differs from the one held: nothing was stored. */
  | { readonly kind: 'wrongHash'; readonly seq: number };

type Checked =
  | {
      readonly kind: 'fresh';
      readonly fresh: readonly WireEvent[];
      readonly skipped?: { first: number; last: number };
    }
  | Exclude<BatchOutcome, { kind: 'held' }>;

/** Which events of a batch are new, once all of them have been found to follow from what is held. */
function check(
  held: LogHead,
  events: readonly WireEvent[],
  heldHash: (seq: number) => string | undefined,
  gapIsFinal: boolean,
): Checked {
  const fresh: WireEvent[] = [];
  let { head, hash } = held;
  let skipped: { first: number; last: number } | undefined;
  for (const event of events) {
    if (event.seq <= head) {
      const known = fresh.find(({ seq }) => seq === event.seq)?.hash ?? heldHash(event.seq);
      if (known !== undefined && known !== event.hash) return { kind: 'wrongHash', seq: event.seq };
      continue;
    }
    if (event.seq === head + 1) {
      if (eventHash(hash, event.body) !== event.hash) return { kind: 'wrongHash', seq: event.seq };
    } else if (fresh.length === 0 && gapIsFinal) {
      skipped = { first: head + 1, last: event.seq - 1 };
    } else {
      return { kind: 'gap', first: event.seq, ...held };
    }
    fresh.push(event);
    head = event.seq;
    hash = event.hash;
  }
  return { kind: 'fresh', fresh, ...(skipped === undefined ? {} : { skipped }) };
}

export function eventStore(db: Database) {
  const headOf = db.prepare<[string, string], LogHead>(
    'SELECT head, hash FROM event_log WHERE device = ? AND log = ?',
  );
  const setHead = db.prepare(
    'INSERT INTO event_log (device, log, head, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET head = excluded.head, hash = excluded.hash',
  );
  const heldHash = db
    .prepare<[string, string, number], string>(
      'SELECT hash FROM event WHERE device = ? AND log = ? AND seq = ?',
    )
    .pluck();
  const add = db.prepare(
    'INSERT INTO event (device, log, seq, body, hash, received_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addGap = db.prepare(
    'INSERT INTO event_gap (device, log, first, last, found_at) VALUES (?, ?, ?, ?, ?)',
  );
  const columns = 'n, device, log, seq, body, hash, received_at AS receivedAt';
  const after = db.prepare<[number, string | null, string | null, number], StoredEvent>(
    `SELECT ${columns} FROM event WHERE n > ? AND (? IS NULL OR device = ?) ORDER BY n LIMIT ?`,
  );
  const tail = db.prepare<[string | null, string | null, number], StoredEvent>(
    `SELECT * FROM (SELECT ${columns} FROM event WHERE (? IS NULL OR device = ?) ORDER BY n DESC LIMIT ?) ORDER BY n`,
  );

  const head = (device: string, log: string): LogHead => headOf.get(device, log) ?? { head: 0, hash: noHash };

  const take = db.transaction(
    (device: string, { log, events }: EventBatch, now: number, gapIsFinal: boolean): BatchOutcome => {
      const held = head(device, log);
      const checked = check(held, events, (seq) => heldHash.get(device, log, seq), gapIsFinal);
      if (checked.kind !== 'fresh') return checked;
      const { fresh, skipped } = checked;
      if (skipped !== undefined) addGap.run(device, log, skipped.first, skipped.last, now);
      for (const { seq, body, hash } of fresh) add.run(device, log, seq, body, hash, now);
      const last = fresh.at(-1);
      if (last === undefined) return { kind: 'held', fresh, ...held };
      setHead.run(device, log, last.seq, last.hash);
      return { kind: 'held', fresh, head: last.seq, hash: last.hash };
    },
  );

  return {
    head,
    /** Events after `n` in order of arrival. */
    after: (n: number, limit: number, device?: string): readonly StoredEvent[] =>
      after.all(n, device ?? null, device ?? null, limit),
    /** The last `limit` events, oldest first. */
    tail: (limit: number, device?: string): readonly StoredEvent[] =>
      tail.all(device ?? null, device ?? null, limit),

    /**
     * Checks and stores a batch in one transaction. With `gapIsFinal` the device is known to keep nothing older than
     * the batch: the hole is recorded and its first event, signed by the device like the rest, starts the chain anew.
     */
    take: (device: string, batch: EventBatch, now: number, gapIsFinal: boolean): BatchOutcome =>
      take.immediate(device, batch, now, gapIsFinal),
  };
}
