import type { Database } from 'better-sqlite3';

/** `unknown`: it was online when this head-end last ended. */
export type Presence = 'online' | 'offline' | 'unknown';

export interface DeviceRow {
  readonly id: string;
  /** SPKI in PEM. */
  readonly publicKey: string;
  readonly presence: Presence;
  readonly epoch: number;
  readonly seq: number;
  readonly digest: string | null;
  readonly lagging: boolean;
  readonly session: string | null;
  readonly log: string | null;
  readonly clockState: string | null;
  readonly software: string | null;
  /** Milliseconds since 1970. */
  readonly lastSeen: number | null;
}

/** What a hello says of its device. */
interface HelloFacts {
  readonly session: string;
  readonly log: string;
  readonly clockState: string;
  readonly software: string;
}

const columns =
  'id, public_key AS publicKey, presence, epoch, seq, digest, lagging, session, log, clock_state AS clockState, software, last_seen AS lastSeen';

/** The building's devices and what each last said of itself. */
export function deviceStore(db: Database) {
  type Row = Omit<DeviceRow, 'lagging'> & { lagging: number };
  const one = db.prepare<[string], Row>(`SELECT ${columns} FROM device WHERE id = ?`);
  const all = db.prepare<[], Row>(`SELECT ${columns} FROM device ORDER BY id`);
  const put = db.prepare(
    'INSERT INTO device (id, public_key, added_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET public_key = excluded.public_key',
  );
  const remove = db.prepare('DELETE FROM device WHERE id = ?');
  const hello = db.prepare(
    'UPDATE device SET session = ?, log = ?, clock_state = ?, software = ? WHERE id = ?',
  );
  const cursor = db.prepare('UPDATE device SET epoch = ?, seq = ?, digest = ? WHERE id = ?');
  const presence = db.prepare('UPDATE device SET presence = ? WHERE id = ? AND presence <> ?');
  const lagging = db.prepare('UPDATE device SET lagging = ? WHERE id = ? AND lagging <> ?');
  const seen = db.prepare("UPDATE device SET presence = 'online', last_seen = ? WHERE id = ?");
  const nextN = db
    .prepare<[number, string], number>(
      'UPDATE device SET last_n = max(last_n + 1, ?) WHERE id = ? RETURNING last_n',
    )
    .pluck();
  const read = (row: Row): DeviceRow => ({ ...row, lagging: row.lagging === 1 });

  return {
    get: (id: string): DeviceRow | undefined => {
      const row = one.get(id);
      return row === undefined ? undefined : read(row);
    },
    all: (): readonly DeviceRow[] => all.all().map(read),
    /** Adds a device, or gives the one with this id a new key. */
    put: (id: string, publicKey: string, now: number): void => {
      put.run(id, publicKey, now);
    },
    /** False when there is none. Its events are kept. */
    remove: (id: string): boolean => remove.run(id).changes === 1,
    /** It has said something that it signed, so it is there. */
    heard: (id: string, now: number): void => {
      seen.run(now, id);
    },
    hello: (id: string, said: HelloFacts): void => {
      hello.run(said.session, said.log, said.clockState, said.software, id);
    },
    cursor: (id: string, at: { epoch: number; seq: number; digest: string }): void => {
      cursor.run(at.epoch, at.seq, at.digest, id);
    },
    presence: (id: string, now: Presence): void => {
      presence.run(now, id, now);
    },
    lagging: (id: string, now: boolean): void => {
      lagging.run(now ? 1 : 0, id, now ? 1 : 0);
    },
    /** After a restart it is not known whether those who were there still are. */
    forgetPresence: (): void => {
      db.prepare("UPDATE device SET presence = 'unknown' WHERE presence = 'online'").run();
    },
    /**
     * Never used before in any session of this device: the present time at least, because a database that was restored from a
     * backup does not know the numbers that it has given since.
     */
    nextN: (id: string, now: number): number => nextN.get(now, id) ?? now,
  };
}
