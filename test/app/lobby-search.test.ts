import { describe, expect, it } from 'vitest';
import { householdShell, put, type Shell } from '../support/controller-shell.ts';
import { aBuilding, aResident } from '../support/rows.ts';

function lit(): Shell {
  const shell = householdShell();
  shell.housekeeping.start([], []);
  shell.lobby.start();
  return shell;
}
const zoe = { id: expect.any(String) as unknown, name: 'Zoé Tremblay', suite: '101' };
const found = (...entries: readonly unknown[]) => ({ kind: 'found', entries, more: false });

describe('a search at the lobby screen', () => {
  it('finds residents by name and suite, with a name, a suite and an id, and nothing else', () => {
    const { lobby } = lit();
    expect(lobby.search('tremblay zoe')).toEqual(found(zoe));
    expect(lobby.search('101')).toEqual(found(zoe));
  });

  it('follows the directory at once', () => {
    const shell = lit();
    shell.publish(put('resident', aResident('ann', { version: 2, overrideDisplayName: 'Zaza' })));
    expect(shell.lobby.search('tremblay')).toEqual(found());
    expect(shell.lobby.search('zaza')).toEqual(found({ ...zoe, name: 'Zaza' }));
  });

  it('does not find whoever is hidden, suspended, or not moved in', () => {
    const shell = lit();
    shell.publish(
      put('resident', aResident('bob', { displayName: 'Bob', showOnConsole: false })),
      put('resident', aResident('dan', { displayName: 'Dan', status: 'suspended' })),
      put('resident', aResident('nia', { displayName: 'Nia', moveInDate: '2031-01-01' })),
    );
    for (const name of ['bob', 'dan', 'nia']) expect(shell.lobby.search(name)).toEqual(found());
  });

  it('works from two characters on where no names are listed', () => {
    const shell = lit();
    shell.publish(put('building', aBuilding({ version: 2, listing: 'searchOnly' })));
    expect(shell.lobby.search('z')).toEqual({ kind: 'tooShort' });
    expect(shell.lobby.search('zo')).toEqual(found(zoe));
    expect(shell.lobby.state().directory).toEqual([]);
  });
});
