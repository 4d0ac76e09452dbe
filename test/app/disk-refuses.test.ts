import { describe, expect, it } from 'vitest';
import { faultSentence } from '../../controller/app/plain-sentences.ts';
import { GuestId } from '../../controller/core/dataset.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import {
  annsCode,
  gusCode,
  householdShell,
  lobbyDoor,
  put,
  type Shell,
} from '../support/controller-shell.ts';
import { whileDiskRefuses } from '../support/refusing-disk.ts';
import { aDoor, aSchedule } from '../support/rows.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const lockdown = { scope: 'building', on: true, counter: 1 } as const;
/** How the strike stands, by the wires and by what is shown. */
const stands = (shell: Shell) => ({
  wires: shell.wires().released,
  shown: shell.lobby.status().doors[0]?.released,
  mode: shell.lobby.state().door.mode,
});

describe('failure case 19: while the disk refuses', () => {
  it('no code opens, and the person is told that the door cannot be opened from here', () => {
    const shell = householdShell();
    const { seq } = shell.journal.head();
    const answer = whileDiskRefuses(() => shell.type(annsCode));
    expect(answer).toEqual({ outcome: 'deny', reason: 'storageFault', sentence: faultSentence });
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'Locked' });
    expect(shell.journal.head().seq).toBe(seq);
    expect(shell.logged).toContainEqual(expect.objectContaining({ fields: { door: 'lobby', fault: 'io' } }));
  });

  it('a guest’s use is not counted for a door that stayed shut', () => {
    const shell = householdShell();
    whileDiskRefuses(() => shell.type(gusCode));
    expect(shell.journal.guestUses(GuestId.parse('gus')).used).toBe(0);
  });

  it('a code opens again as soon as the disk takes events', () => {
    const shell = householdShell();
    whileDiskRefuses(() => shell.type(annsCode));
    const events = shell.eventsOf(() => expect(shell.type(annsCode).outcome).toBe('grant'));
    expect(events).toMatchObject([{ type: 'AccessGranted' }]);
  });

  it('a request to exit releases the door, and the door relocks', () => {
    const shell = householdShell();
    whileDiskRefuses(() => {
      shell.wires().play({ kind: 'rex', active: true });
      expect(stands(shell).wires).toBe(true);
      shell.wires().play({ kind: 'rex', active: false });
      shell.time.pass(5_000);
      expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'Locked' });
    });
  });

  it('fire releases the door, in lockdown too', () => {
    const shell = householdShell();
    shell.commands.execute({ op: 'lockdown', id: 'c-1', lockdown });
    whileDiskRefuses(() => shell.wires().play({ kind: 'fire', active: true }));
    expect(stands(shell)).toEqual({ wires: true, shown: true, mode: 'Unlocked' });
    whileDiskRefuses(() => shell.wires().play({ kind: 'fire', active: false }));
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'LockedDown' });
  });

  it('hours do not open a door, open it at the first minute at which its event can be committed, and shut it in any case', () => {
    const shell = householdShell();
    shell.housekeeping.start([], []);
    const windows = [{ days: [1, 2, 3, 4, 5], from: '12:30', to: '17:00' }] as const;
    shell.publish(
      put('schedule', aSchedule('afternoons', windows)),
      put('door', aDoor('lobby', { version: 2, lockedOpenSchedule: 'afternoons' })),
    );
    whileDiskRefuses(() => shell.time.pass(31 * minuteMs));
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'Locked' });
    expect(shell.eventsOf(() => shell.time.pass(minuteMs))).toMatchObject([
      { type: 'DoorMode', mode: 'LockedOpen', cause: 'clock' },
    ]);
    expect(stands(shell).wires).toBe(true);
    whileDiskRefuses(() => shell.time.pass(5 * 60 * minuteMs));
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'Locked' });
  });

  it('an operator’s mode and the end of a lockdown do not open a door, and are tried again every minute', () => {
    const shell = householdShell();
    const [door] = shell.doors.all();
    const causes = { lockdown: false, operator: 'LockedOpen', hours: 'closed' } as const;
    whileDiskRefuses(() => {
      door?.setCauses(causes, 'operator');
      shell.time.pass(3 * minuteMs);
    });
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'Locked' });
    shell.time.pass(minuteMs);
    expect(stands(shell)).toEqual({ wires: true, shown: true, mode: 'LockedOpen' });
    door?.setCauses({ ...causes, lockdown: true }, 'lockdown');
    whileDiskRefuses(() => door?.setCauses(causes, 'lockdown'));
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'LockedDown' });
    expect(shell.eventsOf(() => shell.time.pass(minuteMs))).toMatchObject([
      { type: 'DoorMode', mode: 'LockedOpen', cause: 'lockdown' },
    ]);
  });

  it('a door locks down, and takes back what it had released', () => {
    const shell = householdShell();
    shell.type(annsCode);
    whileDiskRefuses(() => {
      const causes = { lockdown: true, operator: undefined, hours: 'closed' } as const;
      shell.doors.all()[0]?.setCauses(causes, 'lockdown');
    });
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'LockedDown' });
  });

  it('a command has not happened, and may come again', () => {
    const shell = householdShell();
    const by = { kind: 'guest', id: GuestId.parse('gus') } as const;
    const unlock = { op: 'unlock', id: 'c-1', extended: false, door: lobbyDoor, by } as const;
    const lock = { op: 'lockdown', id: 'c-2', lockdown } as const;
    for (const command of [unlock, lock]) {
      expect(() => whileDiskRefuses(() => shell.commands.execute(command))).toThrow(StorageFault);
      expect(shell.journal.seenCommand(command.id)).toBeUndefined();
    }
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'Locked' });
    expect(shell.commands.execute(unlock)).toMatchObject({ outcome: 'done' });
    expect(shell.commands.execute(lock)).toMatchObject({ outcome: 'done' });
    expect(stands(shell)).toEqual({ wires: false, shown: false, mode: 'LockedDown' });
  });

  it('a welcome still sets the clock, and refused rows and messages are logged', () => {
    const shell = householdShell({ welcomed: false });
    whileDiskRefuses(() => {
      shell.welcome();
      shell.cloudEvents.rowsRefused([{ table: 'door', id: 'attic', field: 'name', problem: 'is missing' }]);
      shell.cloudEvents.messageRefused({ message: 'delta', reason: 'signature' });
    });
    expect(shell.clock.reading().state).toBe('trusted');
    const faults = shell.logged.filter(({ message }) => message === 'an event could not be committed');
    expect(faults).toHaveLength(3);
  });

  it('the hourly work goes on: nothing is thrown, and the next hour does what was left', () => {
    const shell = householdShell();
    shell.housekeeping.start([], []);
    shell.time.pass(3_600_000);
    const floor = shell.journal.clockFloor();
    const { seq: upTo, hash } = shell.journal.head();
    shell.journal.acknowledge({ log: shell.journal.log, upTo, hash });
    whileDiskRefuses(() => shell.time.pass(31 * dayMs));
    expect(shell.journal.clockFloor()).toBe(floor);
    expect(shell.events()).not.toEqual([]);
    shell.time.pass(3_600_000);
    expect(shell.journal.clockFloor()).toBe(floor + 31 * dayMs + 3_600_000);
    expect(shell.events()).toEqual([]);
  });
});
