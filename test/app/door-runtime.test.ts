import { describe, expect, it } from 'vitest';
import { annsCode, householdShell, lobbyDoor, put, Shell } from '../support/controller-shell.ts';
import { aDoor, aSchedule } from '../support/rows.ts';

const door = (shell: Shell) => {
  const [runtime] = shell.doors.all();
  if (runtime === undefined) throw new Error('no door');
  return runtime;
};
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe('a door that is closed down', () => {
  it.each([
    ['somebody was just let in', (shell: Shell) => void shell.type(annsCode)],
    ['the exit button is held', (shell: Shell) => shell.wires().play({ kind: 'rex', active: true })],
    ['the fire alarm is on', (shell: Shell) => shell.wires().play({ kind: 'fire', active: true })],
  ])('secures its output though %s, and starts nothing more', (_, before) => {
    const shell = householdShell();
    before(shell);
    expect(shell.wires().released).toBe(true);
    const events = shell.eventsOf(() => {
      door(shell).close();
      expect(shell.wires().released).toBe(false);
      shell.wires().play({ kind: 'rex', active: true });
      shell.time.pass(60_000);
    });
    expect(events).toEqual([]);
    expect(shell.wires().released).toBe(false);
  });
});

describe('a door', () => {
  it('takes what its wires say during a movement only after that turn is done', () => {
    const shell = householdShell();
    shell.wires().onMove = (direction) => {
      if (direction === 'release') shell.wires().play({ kind: 'monitor', open: true });
    };
    const events = shell.eventsOf(() => shell.type(annsCode));
    expect(types(events)).toEqual(['AccessGranted', 'DoorMonitor', 'AccessTaken']);
    expect(shell.lobby.state().door.open).toBe(true);
  });

  it('lets people out for five seconds while the cloud has not told its times', () => {
    const shell = new Shell();
    shell.wires().play({ kind: 'rex', active: true });
    shell.wires().play({ kind: 'rex', active: false });
    shell.time.pass(4_999);
    expect(shell.wires().released).toBe(true);
    shell.time.pass(1);
    expect(shell.wires().released).toBe(false);
  });

  it('stands open too long after a minute while the cloud has not told its times, without a warning', () => {
    const shell = new Shell();
    shell.wires().play({ kind: 'rex', active: true });
    shell.wires().play({ kind: 'rex', active: false });
    shell.wires().play({ kind: 'monitor', open: true });
    expect(types(shell.eventsOf(() => shell.time.pass(59_999)))).toEqual([]);
    expect(types(shell.eventsOf(() => shell.time.pass(1)))).toEqual(['DoorOpenTooLong']);
  });

  it('that is forced open is an alarm until it is closed', () => {
    const shell = householdShell();
    const events = shell.eventsOf(() => {
      shell.wires().play({ kind: 'monitor', open: true });
      shell.wires().play({ kind: 'monitor', open: false });
    });
    expect(events).toMatchObject([
      { type: 'DoorMonitor', open: true },
      { type: 'DoorForcedOpen', severity: 'alarm', door: 'lobby' },
      { type: 'DoorMonitor', open: false },
      { type: 'DoorForcedOpenEnded', severity: 'notice' },
    ]);
  });

  it('wired to report exits only tells of them, and does not take the opening for force', () => {
    const shell = householdShell({ wiring: { rex: 'report', fire: 'ignore' } });
    const events = shell.eventsOf(() => {
      shell.wires().play({ kind: 'fire', active: true });
      shell.wires().play({ kind: 'rex', active: true });
      shell.wires().play({ kind: 'monitor', open: true });
    });
    expect(events).toMatchObject([
      { type: 'RequestToExit', released: false },
      { type: 'DoorMonitor', open: true },
    ]);
    expect(shell.wires().released).toBe(false);
  });

  it('that the fire alarm has released says so, and that it is Unlocked, before it moves', () => {
    const shell = householdShell();
    const onDisk: string[] = [];
    shell.wires().onMove = () => onDisk.push(...types(shell.events().slice(-2)));
    shell.wires().play({ kind: 'fire', active: true });
    expect(onDisk).toEqual(['FireReleased', 'DoorMode']);
    expect(shell.lobby.status().doors).toMatchObject([{ mode: 'Unlocked', released: true }]);
  });

  it('counts how often its relay was worked', () => {
    const shell = householdShell();
    for (let times = 0; times < 3; times += 1) {
      shell.type(annsCode);
      shell.time.pass(5_000);
    }
    expect(door(shell).status().relayActivations).toBe(3);
  });
});

describe('an installer’s test of a door', () => {
  const tried = (shell: Shell) => door(shell).releaseForTest();

  it('releases it for its access time, told before it moves, and asks none of its rules', () => {
    const shell = householdShell({ doors: ['lobby', 'garage'] });
    const rules = { interlockGroup: 'mantrap', twoPerson: true };
    shell.publish(put('door', aDoor('lobby', { version: 2, ...rules })), put('door', aDoor('garage', rules)));
    shell.wires('garage').play({ kind: 'monitor', open: true });
    const toldAtRelease: unknown[] = [];
    shell.wires().onMove = () => toldAtRelease.push(shell.events().at(-1));
    expect(tried(shell)).toBe('released');
    expect(toldAtRelease).toMatchObject([{ type: 'DoorTested', severity: 'notice', door: 'lobby' }]);
    shell.time.pass(4_999);
    expect(shell.wires().released).toBe(true);
    shell.time.pass(1);
    expect(shell.wires().released).toBe(false);
  });

  it.each(['Blocked', 'LockedDown'] as const)('releases none that is %s', (mode) => {
    const shell = householdShell();
    shell.commands.execute({ op: 'setDoorMode', id: 'mode-1', door: lobbyDoor, mode });
    expect(shell.eventsOf(() => expect(tried(shell)).toBe('barred'))).toEqual([]);
    expect(shell.wires().released).toBe(false);
  });

  it('lets in nobody whom hours wait for', () => {
    const shell = householdShell();
    const allDay = aSchedule('allDay', [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }]);
    const waits = { version: 2, lockedOpenSchedule: 'allDay', firstIn: true };
    shell.publish(put('schedule', allDay), put('door', aDoor('lobby', waits)));
    shell.doorClock.look('dataset');
    for (const [enters, mode] of [
      [() => tried(shell), 'Locked'],
      [() => shell.type(annsCode), 'LockedOpen'],
    ] as const) {
      enters();
      shell.wires().play({ kind: 'monitor', open: true });
      shell.wires().play({ kind: 'monitor', open: false });
      expect(shell.lobby.state().door.mode).toBe(mode);
    }
  });
});
