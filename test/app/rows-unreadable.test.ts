import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { faultSentence } from '../../controller/app/plain-sentences.ts';
import { annsCode, householdShell, type Shell } from '../support/controller-shell.ts';

/** What the disk does to pages, somebody's hands do to tables: nothing can be read any more. */
function loseRows(shell: Shell): void {
  const db = new Database(join(shell.dir, 'replica.db'));
  db.exec('DROP TABLE row; DROP TABLE dataset');
  db.close();
}

describe('while the rows of the building cannot be read', () => {
  it('no code opens, and the person is told that the door cannot be opened from here', () => {
    const shell = householdShell();
    loseRows(shell);
    expect(shell.type(annsCode)).toEqual({
      outcome: 'deny',
      reason: 'storageFault',
      sentence: faultSentence,
    });
    expect(shell.wires().released).toBe(false);
  });

  it('a door that was opened relocks in time, and a request to exit releases it', () => {
    const shell = householdShell();
    shell.type(annsCode);
    loseRows(shell);
    shell.time.pass(60_000);
    expect(shell.wires().released).toBe(false);
    const events = shell.eventsOf(() => shell.wires().play({ kind: 'rex', active: true }));
    expect(events).toMatchObject([{ type: 'RequestToExit', released: true }]);
    shell.wires().play({ kind: 'rex', active: false });
    shell.time.pass(5_000);
    expect(shell.wires().released).toBe(false);
  });

  it('a lockdown of the building is in force', () => {
    const shell = householdShell();
    loseRows(shell);
    const lockdown = { scope: 'building', on: true, counter: 1 } as const;
    expect(shell.commands.execute({ op: 'lockdown', id: 'c-1', lockdown })).toMatchObject({
      outcome: 'done',
    });
    expect(shell.lobby.state().door.mode).toBe('LockedDown');
  });

  it('the lobby screen keeps the directory that it shows', () => {
    const shell = householdShell();
    shell.lobby.start();
    const { directory } = shell.lobby.state();
    loseRows(shell);
    shell.time.pass(60_000);
    expect(directory).not.toEqual([]);
    expect(shell.lobby.state().directory).toEqual(directory);
    expect(shell.logged).toContainEqual({
      fields: { fault: 'unreadable' },
      message: 'the directory could not be read',
    });
  });
});
