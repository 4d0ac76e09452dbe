/** Commands as they were issued with what became of each, and the lockdowns by scope. */
import type { Database } from 'better-sqlite3';

export interface CommandRow {
  readonly id: string;
  readonly device: string;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly by: Readonly<Record<string, unknown>> | null;
  /** Ties it to the denial or lockdown that it carries. */
  readonly topic: string | null;
  readonly session: string | null;
  readonly n: number | null;
  readonly issuedAt: number;
  readonly expiresAt: number | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

export type NewCommand = Omit<CommandRow, 'outcome' | 'reason'>;

export interface LockdownState {
  readonly scope: string;
  readonly on: boolean;
  readonly counter: number;
}

export const lockdownTopic = ({ scope, counter }: LockdownState): string => `lockdown ${scope} ${counter}`;
export const revokeTopic = (table: string, id: string, maxVersion: number): string =>
  `revoke ${table} ${id} ${maxVersion}`;

const columns =
  'id, device, op, args, by, topic, session, n, issued_at AS issuedAt, expires_at AS expiresAt, outcome, reason';
/** Longer than any device keeps a command's id (PROTOCOL "Every other command"). */
const keptMs = 7 * 86_400_000;

export function commandStore(db: Database) {
  type Row = Omit<CommandRow, 'args' | 'by'> & { args: string; by: string | null };
  const read = (row: Row): CommandRow => ({
    ...row,
    args: JSON.parse(row.args) as CommandRow['args'],
    by: row.by === null ? null : (JSON.parse(row.by) as CommandRow['by']),
  });
  const add = db.prepare(
    'INSERT INTO command (id, device, op, args, by, topic, session, n, issued_at, expires_at) VALUES (@id, @device, @op, @args, @by, @topic, @session, @n, @issuedAt, @expiresAt)',
  );
  const one = db.prepare<[string], Row>(`SELECT ${columns} FROM command WHERE id = ?`);
  const ofDevice = db.prepare<[string, string], Row>(
    `SELECT ${columns} FROM command WHERE device = ? AND op = ? ORDER BY rowid`,
  );
  const byTopic = db.prepare<[string, string], Row>(
    `SELECT ${columns} FROM command WHERE device = ? AND topic = ? ORDER BY rowid DESC LIMIT 1`,
  );
  const result = db.prepare(
    "UPDATE command SET outcome = ?, reason = ?, result_at = ? WHERE id = ? AND device = ? AND (outcome IS NULL OR outcome = 'accepted')",
  );
  const forget = db.prepare(
    'UPDATE command SET outcome = NULL, reason = NULL WHERE device = ? AND topic IS NOT NULL AND expires_at IS NULL',
  );
  const prune = db.prepare('DELETE FROM command WHERE issued_at < ? AND expires_at IS NOT NULL');
  const remove = db.prepare('DELETE FROM command WHERE id = ?');
  const lockdowns = db.prepare<[], { scope: string; active: number; counter: number }>(
    'SELECT scope, active, counter FROM lockdown ORDER BY scope',
  );
  const setLockdown = db.prepare<
    [string, number, number],
    { scope: string; active: number; counter: number }
  >(
    'INSERT INTO lockdown (scope, active, counter) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET active = excluded.active, counter = max(counter + 1, excluded.counter) RETURNING scope, active, counter',
  );
  const lockdown = (row: { scope: string; active: number; counter: number }): LockdownState => ({
    scope: row.scope,
    on: row.active === 1,
    counter: row.counter,
  });

  return {
    add: (command: NewCommand): void => {
      prune.run(command.issuedAt - keptMs);
      add.run({
        ...command,
        args: JSON.stringify(command.args),
        by: command.by === null ? null : JSON.stringify(command.by),
      });
    },
    get: (id: string): CommandRow | undefined => {
      const row = one.get(id);
      return row === undefined ? undefined : read(row);
    },
    remove: (id: string): void => {
      remove.run(id);
    },
    ofDevice: (device: string, op: string): readonly CommandRow[] => ofDevice.all(device, op).map(read),
    /** The newest command of this device that carries the denial or lockdown. */
    byTopic: (device: string, topic: string): CommandRow | undefined => {
      const row = byTopic.get(device, topic);
      return row === undefined ? undefined : read(row);
    },
    /** False when the device has no such command waiting. */
    result: (device: string, id: string, outcome: string, reason: string | null, now: number): boolean =>
      result.run(outcome, reason, now, id, device).changes === 1,
    /** The device lost its event log and with it what it had seen: every denial is to be carried again. */
    forgetDenialResults: (device: string): void => {
      forget.run(device);
    },
    lockdowns: (): readonly LockdownState[] => lockdowns.all().map(lockdown),
    /**
     * Turns a scope on or off with a counter above every earlier one: seconds since 1970 at least, because a database that
     * was restored from a backup has forgotten the last ones, and consoles obey none that is below.
     */
    setLockdown: (scope: string, on: boolean, now: number): LockdownState => {
      const row = setLockdown.get(scope, on ? 1 : 0, Math.floor(now / 1_000));
      if (row === undefined) throw new Error('RETURNING returned no row');
      return lockdown(row);
    },
  };
}
