import { describe, expect, it } from 'vitest';
import { notCalledSentences } from '../../controller/app/call-sentences.ts';
import { annsCode, codeHash, householdShell, put, Shell } from '../support/controller-shell.ts';
import { HandTime } from '../support/hand-time.ts';
import { aBuilding, aDoor, aGuest, aResident } from '../support/rows.ts';

/** A shell whose screen is on. */
function lit(shell: Shell = householdShell()): Shell {
  shell.housekeeping.start([], []);
  shell.lobby.start();
  return shell;
}
/** In no order: the screen sorts them. */
const names = (shell: Shell): readonly string[] =>
  shell.lobby
    .state()
    .directory.map(({ name }) => name)
    .toSorted();

describe('the directory', () => {
  it('is empty, with the door’s id for a name, before the first dataset', () => {
    const { lobby } = lit(new Shell());
    expect(lobby.state()).toMatchObject({
      directory: [],
      door: { name: { en: 'lobby', fr: 'lobby' }, mode: 'Locked', open: false, fault: false },
    });
    expect(lobby.state()).not.toHaveProperty('building');
  });

  it('follows the dataset at once, and tells those who look', () => {
    const shell = lit();
    expect(names(shell)).toEqual(['Zoé Tremblay']);
    const { revision } = shell.lobby.state();
    const seen: (readonly string[])[] = [];
    const forget = shell.lobby.onChange(() => seen.push(names(shell)));
    shell.publish(put('resident', aResident('ann', { version: 2, overrideDisplayName: 'Zaza' })));
    expect(seen).toEqual([['Zaza']]);
    expect(shell.lobby.state().revision).toBe(revision + 1);
    forget();
    shell.publish(put('resident', aResident('bob', { displayName: 'Bob' })));
    expect(seen).toHaveLength(1);
    expect(names(shell)).toEqual(['Bob', 'Zaza']);
  });

  it('tells nobody of a change that does not show', () => {
    const shell = lit();
    const { revision } = shell.lobby.state();
    shell.publish(put('guest', aGuest('eve', { hash: codeHash('55556666') })));
    expect(shell.lobby.state().revision).toBe(revision);
  });

  it('leaves out whoever is hidden, suspended or has no name', () => {
    const shell = lit();
    const { displayName: _, ...nameless } = aResident('carl');
    shell.publish(
      put('resident', aResident('bob', { displayName: 'Bob', showOnConsole: false })),
      put('resident', aResident('dan', { displayName: 'Dan', status: 'suspended' })),
      put('resident', nameless),
    );
    expect(names(shell)).toEqual(['Zoé Tremblay']);
  });

  it('leaves out within a minute whoever was revoked ahead of the row', () => {
    const shell = lit();
    const revocation = { table: 'resident', id: 'ann', maxVersion: 1, epoch: 1, seq: 99 } as const;
    shell.commands.execute({ id: 'r-1', op: 'revoke', revocation });
    shell.time.pass(60_000);
    expect(names(shell)).toEqual([]);
  });

  it('has a name, a suite and an id of each resident, and nothing else', () => {
    const shell = lit();
    shell.publish(put('resident', aResident('ann', { version: 2, phone: '+15145550123' })));
    expect(shell.lobby.state().directory).toEqual([
      { id: expect.any(String), name: 'Zoé Tremblay', suite: '101' },
    ]);
  });

  it('has an id of its own for each entry, because a row’s id may be made of the legal name', () => {
    const shell = lit();
    const [entry] = shell.lobby.state().directory;
    expect(entry?.id).not.toContain('ann');
    shell.publish(put('resident', aResident('ann', { version: 2, overrideDisplayName: 'Zaza' })));
    expect(shell.lobby.state().directory).toEqual([{ ...entry, name: 'Zaza' }]);
  });

  it('sends no list where the building only lets people search', () => {
    const shell = lit();
    shell.publish(put('building', aBuilding({ version: 2, listing: 'searchOnly' })));
    expect(shell.lobby.state()).toMatchObject({ building: { listing: 'searchOnly' }, directory: [] });
  });

  it('names a resident from the move-in morning on, by the minute, without anything else happening', () => {
    const time = new HandTime(Date.parse('2026-06-15T09:58:30.000Z'));
    const shell = lit(householdShell({ time, welcomed: false }));
    shell.welcome(time.rtc());
    shell.publish(
      put('resident', aResident('new', { displayName: 'Nia New', moveInDate: '2026-06-15' })),
      put('resident', aResident('old', { displayName: 'Olga Old', moveOutDate: '2026-06-14' })),
    );
    expect(names(shell)).toEqual(['Zoé Tremblay']);
    time.pass(60_000);
    expect(names(shell)).toEqual(['Zoé Tremblay']);
    time.pass(60_000);
    expect(names(shell)).toEqual(['Nia New', 'Zoé Tremblay']);
  });

  it('is looked at no more once the screen is off', () => {
    const shell = lit();
    shell.lobby.close();
    shell.cloudEvents.close();
    shell.housekeeping.stop([]);
    expect(shell.time.timers.pending).toBe(0);
  });
});

describe('the door on the screen', () => {
  it('is named by the dataset and shows what happens to it', async () => {
    const shell = lit();
    shell.publish(put('door', aDoor('lobby', { version: 2, name: { en: 'Front', fr: 'Entrée' } })));
    const modes: unknown[] = [];
    shell.lobby.onChange(() => modes.push(shell.lobby.state().door));
    await shell.lobby.submit(annsCode);
    shell.wires().play({ kind: 'monitor', open: true });
    expect(modes).toMatchObject([
      { name: { en: 'Front', fr: 'Entrée' }, mode: 'Accessed', open: false, simulated: true },
      { mode: 'Accessed', open: true },
    ]);
  });
});

describe('an entry', () => {
  it('of an entry code’s length is decided at the keypad’s door', async () => {
    const shell = lit();
    const { seq } = shell.journal.head();
    expect(await shell.lobby.submit(annsCode)).toMatchObject({ outcome: 'grant' });
    const [event] = shell.events(seq);
    expect(event).toMatchObject({ type: 'AccessGranted', door: 'lobby', accessPoint: 'lobby-keypad' });
  });

  it('of a directory code’s length is told where there is no phone, and is no try at a code', async () => {
    const shell = lit(householdShell({ phone: false }));
    const { seq } = shell.journal.head();
    const answer = shell.lobby.submit('0101');
    shell.time.pass(1_000);
    expect(await answer).toEqual({
      outcome: 'notCalled',
      reason: 'noPhone',
      sentence: notCalledSentences.noPhone,
    });
    expect(shell.events(seq)).toEqual([]);
  });

  it('opens nothing before the first dataset, and is an event', async () => {
    const shell = lit(new Shell());
    const { seq } = shell.journal.head();
    const answer = shell.lobby.submit(annsCode);
    shell.time.pass(1_000);
    expect(await answer).toMatchObject({ outcome: 'deny' });
    expect(shell.events(seq)).toMatchObject([{ type: 'AccessDenied', reason: 'unknownCredential' }]);
  });

  it.each(['', '1234567890123', '12a4', '１２３４'])(
    'that is not 1 to 12 digits is a defect: %j',
    async (digits) => {
      await expect(lit().lobby.submit(digits)).rejects.toThrow(RangeError);
    },
  );
});

describe('the status', () => {
  it('says how link, clock, dataset, events and doors stand', () => {
    const shell = lit();
    const { seq: upTo, hash } = shell.journal.head();
    shell.journal.acknowledge({ log: shell.journal.log, upTo, hash });
    shell.type(annsCode);
    expect(shell.lobby.status()).toEqual({
      software: 'vestibule/test',
      device: 'console-1',
      building: 'maple-court',
      clock: {
        state: 'trusted',
        time: '2026-06-15T16:00:00.000Z',
        source: 'welcome',
        ageMs: 0,
        errorMs: 0,
        ntp: { kind: 'none' },
      },
      link: { connected: true, session: true },
      dataset: shell.store.replica.cursor(),
      events: { log: shell.journal.log, head: upTo + 1, acked: upTo },
      phone: { simulated: true },
      disk: { usedPercent: 0, state: 'ample' },
      doors: [
        {
          ...{ id: 'lobby', mode: 'Accessed', released: true, open: false, simulated: true },
          ...{ alarms: [], problems: [] },
        },
      ],
    });
  });

  it('says why the link is down, and that a door stands open', () => {
    const shell = lit();
    shell.cloudEvents.linkChanged({ connected: false, problem: 'The broker does not answer.' });
    shell.wires().play({ kind: 'monitor', open: true });
    const { link, doors } = shell.lobby.status();
    expect(link).toEqual({ connected: false, session: false, problem: 'The broker does not answer.' });
    expect(doors).toMatchObject([{ open: true }]);
  });
});
