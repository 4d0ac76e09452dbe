import { describe, expect, it } from 'vitest';
import type { OperatorMode } from '../../controller/core/door/state.ts';
import { annsCode, householdShell, lobbyDoor, put, Shell } from '../support/controller-shell.ts';
import { noon } from '../support/hand-time.ts';
import { aStaff } from '../support/rows.ts';

const hourMs = 3_600_000;
let commands = 0;

function set(shell: Shell, mode: OperatorMode | 'normal', more: object = {}) {
  commands += 1;
  return shell.commands.execute({
    op: 'setDoorMode',
    id: `mode-${commands}`,
    door: lobbyDoor,
    mode,
    ...more,
  });
}
const stands = (shell: Shell) => [shell.lobby.status().doors[0]?.mode, shell.wires().released];
const sam = { kind: 'staff', id: 'sam' };

describe('an operator’s mode', () => {
  it.each<[OperatorMode, boolean]>([
    ['Locked', false],
    ['Unlocked', true],
    ['LockedOpen', true],
    ['Blocked', false],
    ['LockedDown', false],
  ])('%s holds until it is taken back', (mode, released) => {
    const shell = householdShell();
    expect(set(shell, mode)).toMatchObject({ outcome: 'done' });
    expect(stands(shell)).toEqual([mode, released]);
    shell.time.pass(24 * hourMs);
    expect(stands(shell)).toEqual([mode, released]);
    set(shell, 'normal');
    expect(stands(shell)).toEqual(['Locked', false]);
  });

  it('is an event on disk before the strike moves', () => {
    const shell = householdShell();
    const onDisk: unknown[] = [];
    shell.wires().onMove = () => onDisk.push(shell.events().at(-2)?.type, shell.events().at(-1)?.type);
    const events = shell.eventsOf(() => set(shell, 'Unlocked', { until: noon + hourMs }));
    expect(events).toMatchObject([
      { type: 'OperatorModeSet', door: 'lobby', mode: 'Unlocked', until: '2026-06-15T17:00:00.000Z' },
      { type: 'DoorMode', mode: 'Unlocked', cause: 'operator' },
    ]);
    expect(onDisk).toEqual(['OperatorModeSet', 'DoorMode']);
  });

  it('ends to the millisecond, and stays ended when the clock is put back', () => {
    const shell = householdShell();
    set(shell, 'Unlocked', { until: noon + 90_001 });
    shell.time.pass(90_000);
    expect(stands(shell)).toEqual(['Unlocked', true]);
    shell.time.pass(1);
    expect(stands(shell)).toEqual(['Locked', false]);
    shell.welcome(noon, 'session-2');
    expect(stands(shell)).toEqual(['Locked', false]);
  });

  it.each<OperatorMode>(['Blocked', 'LockedDown'])('%s lets nobody in, and lets people out', (mode) => {
    const shell = householdShell();
    shell.type(annsCode);
    set(shell, mode);
    expect(shell.wires().released).toBe(false);
    const reason = mode === 'Blocked' ? 'blocked' : 'lockedDown';
    expect(shell.type(annsCode)).toMatchObject({ outcome: 'deny', reason });
    shell.wires().play({ kind: 'rex', active: true });
    expect(stands(shell)).toEqual([mode, true]);
  });

  it('gives way to a lockdown and to fire, and comes back after them', () => {
    const shell = householdShell();
    set(shell, 'LockedOpen');
    const lock = (on: boolean, counter: number) =>
      shell.commands.execute({
        op: 'lockdown',
        id: `l-${counter}`,
        lockdown: { scope: 'building', on, counter },
      });
    lock(true, 1);
    expect(stands(shell)).toEqual(['LockedDown', false]);
    shell.wires().play({ kind: 'fire', active: true });
    expect(stands(shell)).toEqual(['Unlocked', true]);
    shell.wires().play({ kind: 'fire', active: false });
    lock(false, 2);
    expect(stands(shell)).toEqual(['LockedOpen', true]);
  });

  it('is refused for a door that is not here, an end that is past, and whoever is not staff', () => {
    const shell = householdShell();
    shell.publish(put('staff', aStaff('sam')), put('staff', aStaff('old', { status: 'suspended' })));
    const refused = (more: object) => set(shell, 'Unlocked', more);
    expect(refused({ door: 'attic' })).toMatchObject({ outcome: 'rejected', reason: 'badArguments' });
    expect(refused({ until: noon })).toMatchObject({ outcome: 'rejected', reason: 'badArguments' });
    expect(refused({ by: { kind: 'resident', id: 'ann' } })).toMatchObject({ reason: 'noGrant' });
    expect(refused({ by: { kind: 'staff', id: 'old' } })).toMatchObject({ reason: 'suspended' });
    expect(refused({ by: { kind: 'staff', id: 'nobody' } })).toMatchObject({ reason: 'danglingReference' });
    expect(stands(shell)).toEqual(['Locked', false]);
    expect(shell.eventsOf(() => refused({ by: sam }))).toMatchObject([
      { subject: sam },
      { mode: 'Unlocked' },
    ]);
  });
});

describe('after a restart', () => {
  const restart = (shell: Shell, rtc?: number): Shell => {
    shell.close();
    if (rtc !== undefined) shell.time.setSystemClock(rtc);
    return new Shell({ dir: shell.dir, time: shell.time, welcomed: false });
  };

  it.each<[OperatorMode, boolean]>([
    ['Unlocked', true],
    ['Blocked', false],
    ['LockedDown', false],
  ])('%s holds from the start', (mode, released) => {
    const shell = householdShell();
    set(shell, mode);
    expect(stands(restart(shell))).toEqual([mode, released]);
  });

  it('one that ended meanwhile does not', () => {
    const shell = householdShell();
    set(shell, 'Unlocked', { until: noon + hourMs });
    expect(stands(restart(shell, noon + 2 * hourMs))).toEqual(['Locked', false]);
  });

  it('one that opens until an hour that nobody knows waits for a known clock; one that shuts holds', () => {
    const shell = householdShell();
    set(shell, 'Unlocked', { until: noon + hourMs });
    const unknown = restart(shell, 0);
    expect(stands(unknown)).toEqual(['Locked', false]);
    unknown.welcome(noon + 60_000);
    expect(stands(unknown)).toEqual(['Unlocked', true]);
    set(unknown, 'Blocked', { until: noon + hourMs });
    expect(stands(restart(unknown, 0))).toEqual(['Blocked', false]);
  });
});
