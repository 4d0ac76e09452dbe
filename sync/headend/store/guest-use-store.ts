import type { Database } from 'better-sqlite3';

/** What one console, by its event log, has told of a guest's uses. */
export interface GuestUse {
  readonly log: string;
  readonly used: number;
  /** RFC 3339 UTC; absent when every use was given back. */
  readonly firstUsedAt: string | null;
}

/** Uses of guests as consoles count them themselves (DESIGN section 4, "Uses"). The caller holds the transaction. */
export function guestUseStore(db: Database) {
  const count = db.prepare(
    `INSERT INTO guest_use VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET used = used + 1, first_used_at = coalesce(first_used_at, excluded.first_used_at)`,
  );
  const giveBack = db.prepare(
    `UPDATE guest_use SET used = used - 1, first_used_at = iif(used = 1, NULL, first_used_at)
     WHERE guest = ? AND log = ? AND used > 0`,
  );
  const of = db.prepare<[string], GuestUse>(
    'SELECT log, used, first_used_at AS firstUsedAt FROM guest_use WHERE guest = ? AND used > 0 ORDER BY log',
  );
  return {
    count: (guest: string, log: string, at: string): void => {
      count.run(guest, log, at);
    },
    giveBack: (guest: string, log: string): void => {
      giveBack.run(guest, log);
    },
    of: (guest: string): readonly GuestUse[] => of.all(guest),
  };
}
