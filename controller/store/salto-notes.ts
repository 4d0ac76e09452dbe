import type { Database } from 'better-sqlite3';

/** The statements on what is kept of the conversation with a SALTO server. Callers hold the transaction. */
export interface SaltoNotes {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

export function prepareSaltoNotes(db: Database): SaltoNotes {
  const get = db.prepare<[string], string>('SELECT value FROM salto WHERE name = ?').pluck();
  const set = db.prepare<[string, string]>('INSERT OR REPLACE INTO salto VALUES (?, ?)');
  return {
    get: (name) => get.get(name),
    set: (name, value) => void set.run(name, value),
  };
}
