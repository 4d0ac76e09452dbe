import type { Database } from 'better-sqlite3';
import type { OperatorSetting } from '../ports/journal.ts';

/** The statements on operators' modes. Callers hold the transaction. */
export interface OperatorModes {
  all(): readonly OperatorSetting[];
  /** Replaces what was set at this door; without a mode nothing is set any more. */
  set(setting: Pick<OperatorSetting, 'door'> & Partial<OperatorSetting>): void;
}

interface Line {
  readonly door: OperatorSetting['door'];
  readonly mode: OperatorSetting['mode'];
  readonly until: number | null;
}

export function prepareOperatorModes(db: Database): OperatorModes {
  const all = db.prepare<[], Line>('SELECT door, mode, until FROM operator_mode ORDER BY door');
  const put = db.prepare<Line>('INSERT OR REPLACE INTO operator_mode VALUES (@door, @mode, @until)');
  const drop = db.prepare<[string]>('DELETE FROM operator_mode WHERE door = ?');
  return {
    all: () =>
      all.all().map(({ door, mode, until }) => ({ door, mode, ...(until === null ? {} : { until }) })),
    set({ door, mode, until = null }) {
      if (mode === undefined) drop.run(door);
      else put.run({ door, mode, until: until ?? null });
    },
  };
}
