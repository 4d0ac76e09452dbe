import { describe, expect, it } from 'vitest';
import { householdShell, put, type Shell } from '../support/controller-shell.ts';
import { aResident } from '../support/rows.ts';

const name = (n: number): string => `Resident ${String(n).padStart(3, '0')}`;
const resident = (n: number, version = 1) =>
  put('resident', aResident(`r${n}`, { displayName: name(n), suite: `${1_000 + n}`, version }));

/** A lit shell of a building with Zoé and 449 others, read to the end. */
function lit(): Shell {
  const shell = householdShell();
  shell.housekeeping.start([], []);
  shell.lobby.start();
  shell.publish(...Array.from({ length: 449 }, (_, n) => resident(n)));
  shell.time.pass(0);
  return shell;
}
const listed = (shell: Shell): number => shell.lobby.state().directory.length;

describe('a directory of more residents than are read in one turn', () => {
  it('is whole, each resident once', () => {
    const shell = lit();
    expect(new Set(shell.lobby.state().directory.map(({ name: shown }) => shown)).size).toBe(450);
    expect(new Set(shell.lobby.state().directory.map(({ id }) => id)).size).toBe(450);
  });

  it('stays as it was until the new one has been read, and doors decide in between', () => {
    const shell = lit();
    shell.publish({ delete: { table: 'resident', id: 'r0', version: 2 } });
    expect(listed(shell)).toBe(450);
    expect(shell.type('12345678')).toMatchObject({ outcome: 'grant' });
    shell.time.pass(0);
    expect(listed(shell)).toBe(449);
  });

  it('follows a change that comes while it is read', () => {
    const shell = lit();
    shell.publish({ delete: { table: 'resident', id: 'r0', version: 2 } });
    // Of a page that has been read by now.
    shell.publish({ delete: { table: 'resident', id: 'r1', version: 2 } });
    shell.time.pass(0);
    expect(shell.lobby.state().directory.map(({ name: shown }) => shown)).not.toContain(name(1));
    expect(listed(shell)).toBe(448);
  });

  it('is searched as one', () => {
    const { lobby } = lit();
    for (const n of [0, 230, 448])
      expect(lobby.search(name(n))).toMatchObject({ entries: [{ name: name(n) }], more: false });
    expect(lobby.search('resident')).toMatchObject({
      more: true,
      entries: [{ name: name(0) }, { name: name(1) }, {}, ...Array(47).fill({})],
    });
  });

  it('tells nobody when nothing has changed', () => {
    const shell = lit();
    const { revision } = shell.lobby.state();
    shell.time.pass(60_000);
    expect(shell.lobby.state().revision).toBe(revision);
  });
});
