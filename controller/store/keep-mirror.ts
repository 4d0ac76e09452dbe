import { StorageFault } from '../ports/journal.ts';
import type { Mirror } from './mirror.ts';
import type { SqliteJournal } from './sqlite-journal.ts';
import type { SqliteReplica } from './sqlite-replica.ts';
import { faultsTyped } from './storage-fault.ts';

/**
 * Keeps the mirror in step with the journal. The journal is always written first, so the mirror is never ahead. While
 * a snapshot is applied the worker holds `replica.db`; the mirror then waits for its end, and no door waits for it.
 * `close` writes what is still to be written.
 */
export function keepMirror(
  journal: SqliteJournal,
  replica: SqliteReplica,
  mirror: Mirror,
): { close(): void } {
  let waiting: NodeJS.Immediate | undefined;
  const write = () => {
    if (replica.applying) return;
    try {
      faultsTyped(() => mirror.write(journal.log, journal.denials()));
    } catch (error) {
      // The denial itself is committed and in force. The next change, swap or start writes the copy again.
      if (!(error instanceof StorageFault)) throw error;
    }
  };
  const writeWaiting = () => {
    clearImmediate(waiting);
    waiting = undefined;
    write();
  };
  // A denial is in force from its commit on: whoever stands at a door is answered before its copy is on disk.
  journal.onDenialsChanged(() => {
    waiting ??= setImmediate(writeWaiting);
  });
  replica.onSettled(write);
  write();
  return {
    close() {
      if (waiting !== undefined) writeWaiting();
    },
  };
}
