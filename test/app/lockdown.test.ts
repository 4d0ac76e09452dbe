import { describe, expect, it } from 'vitest';
import type { RowOp } from '../../controller/ports/replica.ts';
import { annsCode, householdShell, put, Shell } from '../support/controller-shell.ts';
import { aDoor, aGrant } from '../support/rows.ts';

const doors = ['lobby', 'garage', 'gym'];
const garage = (version: number, area: string): RowOp => put('door', aDoor('garage', { version, area }));

/** Three doors: the garage in the area `parking`, the gym in `amenities`, the lobby in none. */
function threeDoors(): Shell {
  const shell = householdShell({ doors });
  shell.publish(garage(1, 'parking'), put('door', aDoor('gym', { area: 'amenities' })));
  shell.publish(put('grant', aGrant('ann-garage', { kind: 'resident', id: 'ann' }, { door: 'garage' })));
  return shell;
}

function lock(shell: Shell, scope: string, on: boolean, counter: number) {
  const id = `lockdown ${scope} ${counter} ${on}`;
  return shell.commands.execute({ op: 'lockdown', id, lockdown: { scope, on, counter } });
}

const lockedDown = (shell: Shell): readonly string[] =>
  shell.lobby
    .status()
    .doors.filter(({ mode }) => mode === 'LockedDown')
    .map(({ id }) => id);

describe('a lockdown', () => {
  it.each([
    ['building', doors],
    ['area:parking', ['garage']],
    ['door:gym', ['gym']],
    ['area:nowhere', []],
  ])('of %s locks down exactly the doors that it covers', (scope, covered) => {
    const shell = threeDoors();
    lock(shell, scope, true, 1);
    expect(lockedDown(shell)).toEqual(covered);
    lock(shell, scope, false, 2);
    expect(lockedDown(shell)).toEqual([]);
  });

  it('is an event before the doors are, each of which says so', () => {
    const shell = threeDoors();
    const events = shell.eventsOf(() => lock(shell, 'area:parking', true, 1));
    expect(events).toMatchObject([
      { type: 'LockdownChanged', severity: 'alarm', scope: 'area:parking', on: true, counter: 1 },
      { type: 'DoorMode', door: 'garage', mode: 'LockedDown', cause: 'lockdown' },
    ]);
  });

  it('lets nobody in at a door, and lets people in elsewhere', () => {
    const shell = threeDoors();
    lock(shell, 'door:garage', true, 1);
    expect(shell.type(annsCode, { door: 'garage' })).toMatchObject({ outcome: 'deny', reason: 'lockedDown' });
    expect(shell.type(annsCode).outcome).toBe('grant');
  });

  it('takes back a door that somebody has just been let in at', () => {
    const shell = threeDoors();
    shell.type(annsCode);
    lock(shell, 'building', true, 1);
    expect(shell.wires().released).toBe(false);
  });

  it('ends at a door only when no scope covers it any more', () => {
    const shell = threeDoors();
    lock(shell, 'building', true, 1);
    lock(shell, 'area:parking', true, 1);
    lock(shell, 'building', false, 2);
    expect(lockedDown(shell)).toEqual(['garage']);
  });

  it('is told again, or from the past, without effect: only a higher counter wins', () => {
    const shell = threeDoors();
    lock(shell, 'building', true, 5);
    const events = shell.eventsOf(() => {
      expect(lock(shell, 'building', false, 5)).toMatchObject({ outcome: 'done' });
      expect(lock(shell, 'building', false, 4)).toMatchObject({ outcome: 'done' });
      expect(lock(shell, 'building', true, 5)).toMatchObject({ outcome: 'done' });
    });
    expect(events).toEqual([]);
    expect(lockedDown(shell)).toEqual(doors);
    lock(shell, 'building', false, 6);
    expect(lockedDown(shell)).toEqual([]);
  });

  it('does not keep people in: a request to exit releases', () => {
    const shell = threeDoors();
    lock(shell, 'building', true, 1);
    shell.wires().play({ kind: 'rex', active: true });
    expect(shell.wires().released).toBe(true);
  });

  it('comes to a door that moves into its area, and leaves with it', () => {
    const shell = threeDoors();
    shell.housekeeping.start([], []);
    lock(shell, 'area:closed', true, 1);
    const events = shell.eventsOf(() => shell.publish(garage(2, 'closed')));
    expect(events).toMatchObject([
      { type: 'DoorMode', door: 'garage', mode: 'LockedDown', cause: 'dataset' },
    ]);
    shell.publish(garage(3, 'parking'));
    expect(lockedDown(shell)).toEqual([]);
  });
});

describe('after a restart', () => {
  it('covered doors start LockedDown, before the cloud has said anything', () => {
    const shell = threeDoors();
    lock(shell, 'area:parking', true, 3);
    lock(shell, 'door:gym', true, 1);
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time, doors, welcomed: false });
    expect(lockedDown(again)).toEqual(['garage', 'gym']);
    expect(again.type(annsCode, { door: 'garage' })).toMatchObject({ reason: 'lockedDown' });
    lock(again, 'area:parking', false, 3);
    expect(lockedDown(again)).toEqual(['garage', 'gym']);
    lock(again, 'area:parking', false, 4);
    expect(lockedDown(again)).toEqual(['gym']);
  });
});
