import type { Database } from 'better-sqlite3';
import type { RowVersion } from '../core/access/facts.ts';
import { opens } from '../core/door/operator-setting.ts';
import type { Lockdown, OperatorSetting, Revocation } from '../ports/journal.ts';
import type { OperatorModes } from './operator-modes.ts';

/** Everything that is refused whatever the dataset says. */
export interface Denials {
  readonly revocations: readonly Revocation[];
  readonly lockdowns: readonly Lockdown[];
  /** Doors that an operator keeps shut. */
  readonly shutDoors: readonly OperatorSetting[];
}

/** The statements on these tables. Callers hold the transaction. */
export interface DenialTables {
  read(): Denials;
  addRevocation(revocation: Revocation): void;
  dropRevocation(revocation: Revocation): void;
  /** Changes nothing unless its counter is above the stored one. */
  setLockdown(lockdown: Lockdown): void;
  /** Changes nothing where an operator has set another mode. */
  addShutDoor(setting: OperatorSetting): void;
}

export function prepareDenials(db: Database, operators: OperatorModes): DenialTables {
  const revocations = db.prepare<[], Revocation>(
    'SELECT tbl AS "table", id, max_version AS maxVersion, epoch, seq FROM revocation',
  );
  const lockdowns = db.prepare<[], { scope: string; isOn: number; counter: number }>(
    'SELECT scope, is_on AS isOn, counter FROM lockdown',
  );
  const add = db.prepare<Revocation>(
    'INSERT OR IGNORE INTO revocation VALUES (@table, @id, @maxVersion, @epoch, @seq)',
  );
  const drop = db.prepare<Revocation>(
    `DELETE FROM revocation
     WHERE tbl = @table AND id = @id AND max_version = @maxVersion AND epoch = @epoch AND seq = @seq`,
  );
  const set = db.prepare(
    `INSERT INTO lockdown VALUES (?, ?, ?)
     ON CONFLICT (scope) DO UPDATE SET is_on = excluded.is_on, counter = excluded.counter
     WHERE excluded.counter > lockdown.counter`,
  );
  return {
    read: () => ({
      revocations: revocations.all(),
      lockdowns: lockdowns.all().map(({ scope, isOn, counter }) => ({ scope, on: isOn === 1, counter })),
      shutDoors: operators.all().filter(({ mode }) => !opens(mode)),
    }),
    addRevocation: (revocation) => add.run(revocation),
    dropRevocation: (revocation) => drop.run(revocation),
    setLockdown: ({ scope, on, counter }) => set.run(scope, on ? 1 : 0, counter),
    addShutDoor: (setting) => {
      if (!operators.all().some(({ door }) => door === setting.door)) operators.set(setting);
    },
  };
}

/** The denylist as decisions ask it: every row of a decision is looked up, and hardly one is on it. */
export class Denylist {
  readonly #maxVersions = new Map<string, number>();

  constructor(revocations: readonly Revocation[]) {
    for (const { table, id, maxVersion } of revocations) {
      const key = `${table}:${id}`;
      this.#maxVersions.set(key, Math.max(maxVersion, this.#maxVersions.get(key) ?? 0));
    }
  }

  covers({ table, id, version }: RowVersion): boolean {
    if (this.#maxVersions.size === 0) return false;
    return version <= (this.#maxVersions.get(`${table}:${id}`) ?? 0);
  }
}
