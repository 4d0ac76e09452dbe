import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { CommittedEvent } from '../ports/journal.ts';
import { prepareEventLog } from './event-log.ts';

export interface EventReader {
  /** Events after `seq`, oldest first, at most `limit`. */
  after(seq: number, limit: number): readonly CommittedEvent[];
  close(): void;
}

/** Reads the event log beside a controller that may be running, and changes nothing; undefined where there is none. */
export function openEventReader(dir: string): EventReader | undefined {
  const file = join(dir, 'events.db');
  if (!existsSync(file)) return undefined;
  const db = new Database(file, { readonly: true });
  const events = prepareEventLog(db);
  return { after: (seq, limit) => events.after(seq, limit), close: () => db.close() };
}
