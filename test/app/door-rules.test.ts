import { describe, expect, it } from 'vitest';
import { secondPersonWithinMs } from '../../controller/app/two-persons.ts';
import { DoorId } from '../../controller/core/dataset.ts';
import {
  ann,
  annsCard,
  annsCode,
  cardHash,
  gusCode,
  householdShell,
  put,
  Shell,
} from '../support/controller-shell.ts';
import { aCredential, aDoor, aGrant, aResident } from '../support/rows.ts';

type Fields = Readonly<Record<string, unknown>>;
const benCard = 'b0b0b0';

/** Lobby and garage, with fields of their own; Ann and Ben have both. */
function twoDoors(lobby: Fields, garage: Fields = {}): Shell {
  const shell = householdShell({ doors: ['lobby', 'garage'] });
  const ben = { kind: 'resident', id: 'ben' };
  shell.publish(
    put('door', aDoor('lobby', { version: 2, ...lobby })),
    put('door', aDoor('garage', garage)),
    put('grant', aGrant('ann-garage', ann, { door: 'garage' })),
    put('resident', aResident('ben')),
    put('credential', aCredential('ben', ben, { kind: 'card', hash: cardHash(benCard) })),
    put('grant', aGrant('ben-lobby', ben)),
  );
  return shell;
}

describe('an interlock', () => {
  const group = { interlockGroup: 'mantrap' };

  it('keeps a door shut while another of its group is released or open, and not for longer', () => {
    const shell = twoDoors(group, group);
    expect(shell.type(annsCode).outcome).toBe('grant');
    expect(shell.type(annsCode, { door: 'garage' })).toMatchObject({
      outcome: 'deny',
      reason: 'interlocked',
    });
    shell.wires().play({ kind: 'monitor', open: true });
    shell.time.pass(20_000);
    expect(shell.wires().released).toBe(false);
    expect(shell.type(annsCode, { door: 'garage' })).toMatchObject({ reason: 'interlocked' });
    shell.wires().play({ kind: 'monitor', open: false });
    expect(shell.type(annsCode, { door: 'garage' }).outcome).toBe('grant');
  });

  it('counts a lock that has not answered yet as released, and one that has refused as locked', () => {
    const shell = householdShell({
      doors: ['lobby', 'garage'],
      prepare: (wires) => Object.defineProperty(wires, 'settles', { value: 'later' }),
    });
    shell.publish(
      put('door', aDoor('lobby', { version: 2, ...group })),
      put('door', aDoor('garage', group)),
      put('grant', aGrant('ann-garage', ann, { door: 'garage' })),
    );
    expect(shell.type(annsCode).outcome).toBe('grant');
    expect(shell.type(annsCode, { door: 'garage' })).toMatchObject({ reason: 'interlocked' });
    shell.wires().play({ kind: 'refused', released: true, problem: 'no answer' });
    expect(shell.type(annsCode, { door: 'garage' }).outcome).toBe('grant');
  });

  it('does not keep anybody in: exits and fire release both doors', () => {
    const shell = twoDoors(group, group);
    shell.type(annsCode);
    shell.wires('garage').play({ kind: 'rex', active: true });
    expect(shell.wires('garage').released).toBe(true);
    shell.wires().play({ kind: 'fire', active: true });
    expect([shell.wires().released, shell.wires('garage').released]).toEqual([true, true]);
  });

  it('does not hold back what an operator opens, and keeps the others shut meanwhile', () => {
    const shell = twoDoors(group, group);
    shell.wires().play({ kind: 'monitor', open: true });
    const garage = DoorId.parse('garage');
    shell.commands.execute({ op: 'setDoorMode', id: 'mode-1', door: garage, mode: 'Unlocked' });
    expect(shell.wires('garage').released).toBe(true);
    shell.wires().play({ kind: 'monitor', open: false });
    expect(shell.type(annsCode)).toMatchObject({ reason: 'interlocked' });
  });

  it('counts a door whose monitor’s line is faulty as it was seen last', () => {
    const shell = twoDoors(group, group);
    const breaks = (fault: 'cut' | undefined): void =>
      shell.wires().play({ kind: 'line', contact: 'monitor', fault });
    breaks('cut');
    expect(shell.type(annsCode, { door: 'garage' }).outcome).toBe('grant');
    shell.time.pass(60_000);
    breaks(undefined);
    shell.wires().play({ kind: 'monitor', open: true });
    breaks('cut');
    expect(shell.type(annsCode, { door: 'garage' })).toMatchObject({ reason: 'interlocked' });
  });

  it('does not concern doors of another group, or of none', () => {
    for (const other of [{}, { interlockGroup: 'loading bay' }]) {
      const shell = twoDoors(group, other);
      shell.type(annsCode);
      expect(shell.type(annsCode, { door: 'garage' }).outcome).toBe('grant');
    }
  });

  it('of one is told, and opens', () => {
    const shell = twoDoors(group);
    shell.housekeeping.start([], []);
    expect(shell.lobby.status().doors[0]?.problems).toEqual([
      expect.stringContaining('alone in the interlock "mantrap" at this console'),
    ]);
    expect(shell.events().filter(({ type }) => type === 'DoorMisconfigured')).toMatchObject([
      { severity: 'warning', door: 'lobby' },
    ]);
    expect(shell.type(annsCode).outcome).toBe('grant');
  });
});

describe('a door for two', () => {
  it('opens for the second person, who is somebody else, within the time', () => {
    const shell = twoDoors({ twoPerson: true });
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason: 'secondPersonNeeded' });
    expect(shell.hold(annsCard)).toMatchObject({ outcome: 'deny', reason: 'secondPersonNeeded' });
    shell.time.pass(secondPersonWithinMs - 1);
    expect(shell.hold(benCard).outcome).toBe('grant');
    expect(shell.wires().released).toBe(true);
  });

  it('forgets the first person after the time, and after the door was opened', () => {
    const shell = twoDoors({ twoPerson: true });
    shell.type(annsCode);
    shell.time.pass(secondPersonWithinMs);
    expect(shell.hold(benCard)).toMatchObject({ reason: 'secondPersonNeeded' });
    expect(shell.type(annsCode).outcome).toBe('grant');
    shell.time.pass(10_000);
    expect(shell.type(annsCode)).toMatchObject({ reason: 'secondPersonNeeded' });
  });

  it('wants both anew after a restart', () => {
    const shell = twoDoors({ twoPerson: true });
    shell.type(annsCode);
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time });
    expect(again.hold(benCard)).toMatchObject({ reason: 'secondPersonNeeded' });
    expect(again.type(annsCode).outcome).toBe('grant');
  });

  it('takes nobody for the first of two who had no right', () => {
    const shell = twoDoors({ twoPerson: true });
    shell.type('00000000');
    expect(shell.hold(benCard)).toMatchObject({ reason: 'secondPersonNeeded' });
  });

  it('counts a waiting first person as no wrong code', () => {
    const shell = twoDoors({ twoPerson: true });
    for (let times = 0; times < 8; times += 1) shell.type(annsCode);
    expect(shell.events().map(({ type }) => type)).not.toContain('KeypadLockedOut');
  });

  it('opens for a guest and a resident', () => {
    const shell = twoDoors({ twoPerson: true });
    shell.type(gusCode);
    expect(shell.hold(benCard).outcome).toBe('grant');
  });
});

describe('anti-passback after a fire', () => {
  it('lets everybody in again: nobody knows who went where', () => {
    const shell = twoDoors({ antipassback: { from: 'street', to: 'house', kind: 'hard' } });
    const enter = (): void => {
      shell.wires().play({ kind: 'monitor', open: true });
      shell.wires().play({ kind: 'monitor', open: false });
    };
    shell.type(annsCode);
    enter();
    shell.time.pass(60_000);
    expect(shell.type(annsCode)).toMatchObject({ reason: 'antipassback' });
    shell.wires('garage').play({ kind: 'fire', active: true });
    shell.wires('garage').play({ kind: 'fire', active: false });
    expect(shell.type(annsCode).outcome).toBe('grant');
  });
});

describe('a fire input', () => {
  it('releases the doors that are wired to it, and no other', () => {
    const shell = householdShell({ wiring: { rex: 'release', fire: 'ignore' } });
    shell.wires().play({ kind: 'fire', active: true });
    expect(shell.wires().released).toBe(false);
  });

  it('whose line is cut, shorted or open counts as fire', () => {
    for (const fault of ['cut', 'short', 'open'] as const) {
      const shell = householdShell();
      const events = shell.eventsOf(() => shell.wires().play({ kind: 'line', contact: 'fire', fault }));
      expect(events).toMatchObject([
        { type: 'InputFault', severity: 'alarm', contact: 'fire', fault },
        { type: 'FireReleased', severity: 'alarm' },
        { type: 'DoorMode', mode: 'Unlocked' },
      ]);
      expect(shell.wires().released).toBe(true);
      shell.wires().play({ kind: 'line', contact: 'fire', fault: undefined });
      expect(shell.wires().released).toBe(false);
    }
  });
});
