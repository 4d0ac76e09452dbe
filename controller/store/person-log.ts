import type { Database } from 'better-sqlite3';
import type { EpochMs, GuestUses, KnownArea, Subject } from '../core/access/facts.ts';
import type { GuestId } from '../core/dataset.ts';

/** What people did here that later decisions need: guests' uses and everybody's last area. Callers hold the transaction. */
export interface PersonLog {
  countUse(guest: GuestId, at: EpochMs): void;
  /** A use that was not taken. When none is left, there was no first use either. */
  giveBackUse(guest: GuestId): void;
  uses(guest: GuestId): Omit<GuestUses, 'known'>;
  setArea(subject: Subject, area: string, at: EpochMs): void;
  area(subject: Subject): KnownArea | undefined;
  forgetAreas(): void;
}

const subjectKey = ({ kind, id }: Subject): string => `${kind}:${id}`;

export function preparePersonLog(db: Database): PersonLog {
  const countUse = db.prepare(
    `INSERT INTO guest_use VALUES (?, 1, ?)
     ON CONFLICT (guest) DO UPDATE SET used = used + 1, first_used_at = coalesce(first_used_at, excluded.first_used_at)`,
  );
  const giveBack = db.prepare(
    `UPDATE guest_use SET used = used - 1, first_used_at = iif(used = 1, NULL, first_used_at)
     WHERE guest = ? AND used > 0`,
  );
  const uses = db.prepare<[string], { used: number; firstUsedAt: EpochMs | null }>(
    'SELECT used, first_used_at AS firstUsedAt FROM guest_use WHERE guest = ?',
  );
  const setArea = db.prepare(
    `INSERT INTO known_area VALUES (?, ?, ?)
     ON CONFLICT (subject) DO UPDATE SET area = excluded.area, since = excluded.since`,
  );
  const area = db.prepare<[string], KnownArea>('SELECT area, since FROM known_area WHERE subject = ?');
  const forgetAreas = db.prepare('DELETE FROM known_area');
  return {
    countUse: (guest, at) => countUse.run(guest, at),
    giveBackUse: (guest) => giveBack.run(guest),
    uses(guest) {
      const found = uses.get(guest);
      if (found === undefined) return { used: 0 };
      const { used, firstUsedAt } = found;
      return firstUsedAt === null ? { used } : { used, firstUsedAt };
    },
    setArea: (subject, name, at) => setArea.run(subjectKey(subject), name, at),
    area: (subject) => area.get(subjectKey(subject)),
    forgetAreas: () => forgetAreas.run(),
  };
}
