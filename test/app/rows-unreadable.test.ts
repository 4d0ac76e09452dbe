import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { faultSentence } from '../../controller/app/plain-sentences.ts';
import { DoorId } from '../../controller/core/dataset.ts';
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

  it.each([
    ['lobby', 'garage'],
    ['garage', 'lobby'],
  ])(
    'a lockdown of the building shuts %s, which an operator holds open, beside an older lockdown of some area',
    (...doors) => {
      const shell = householdShell({ doors });
      const lock = (scope: string) =>
        shell.commands.execute({ op: 'lockdown', id: scope, lockdown: { scope, on: true, counter: 1 } });
      lock('area:parking');
      for (const door of shell.doors.all())
        shell.commands.execute({ op: 'setDoorMode', id: door.id, door: door.id, mode: 'LockedOpen' });
      expect(shell.wires().released).toBe(true);
      loseRows(shell);
      expect(lock('building')).toMatchObject({ outcome: 'done' });
      for (const door of shell.doors.all())
        expect(door.status()).toMatchObject({ mode: 'LockedDown', released: false });
    },
  );

  it('a lockdown of an area shuts a door of which nobody can tell whether it is in there', () => {
    const shell = householdShell({ doors: ['lobby', 'garage'] });
    const garage = DoorId.parse('garage');
    shell.commands.execute({ op: 'setDoorMode', id: 'c-1', door: garage, mode: 'LockedOpen' });
    expect(shell.wires('garage').released).toBe(true);
    loseRows(shell);
    const lockdown = { scope: 'area:parking', on: true, counter: 1 } as const;
    expect(shell.commands.execute({ op: 'lockdown', id: 'c-2', lockdown })).toMatchObject({
      outcome: 'done',
    });
    expect(shell.wires('garage').released).toBe(false);
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
