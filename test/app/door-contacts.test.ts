import { describe, expect, it } from 'vitest';
import { GuestId } from '../../controller/core/dataset.ts';
import { chatterLimit } from '../../controller/core/door/contact-rate.ts';
import type { DoorHardwareInput } from '../../controller/ports/door-hardware.ts';
import { annsCode, gusCode, householdShell, type Shell } from '../support/controller-shell.ts';

const gus = GuestId.parse('gus');
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
const count = (events: readonly { readonly type: string }[], type: string) =>
  types(events).filter((one) => one === type).length;

/** Flips a contact 500 times a second for so long. */
function chatter(shell: Shell, seconds: number, at: (active: boolean) => DoorHardwareInput): void {
  for (let flips = 0; flips < seconds * 500; flips += 1) {
    shell.wires().play(at(flips % 2 === 0));
    shell.time.pass(2);
  }
}
const monitor = (open: boolean): DoorHardwareInput => ({ kind: 'monitor', open });
const rex = (active: boolean): DoorHardwareInput => ({ kind: 'rex', active });

describe('a contact that flips 500 times a second', () => {
  it('leaves a bounded number of events a minute, with how often it changed', () => {
    const shell = householdShell();
    const first = shell.eventsOf(() => chatter(shell, 60, monitor));
    expect(first.length).toBeLessThan(3 * chatterLimit + 50);
    expect(first.find(({ type }) => type === 'ContactChattering')).toMatchObject({ contact: 'monitor' });
    const second = shell.eventsOf(() => chatter(shell, 60, monitor));
    expect(second.length).toBeLessThan(50);
    const [told, ...more] = second.filter(({ type }) => type === 'ContactChattering');
    expect(told?.['count']).toBeGreaterThanOrEqual(30_000);
    expect(more).toEqual([]);
  });

  it('lets people out at its first press, however it chatters', () => {
    const shell = householdShell();
    chatter(shell, 2, rex);
    shell.time.pass(60_000);
    expect(shell.wires().released).toBe(false);
    shell.wires().play({ kind: 'rex', active: true });
    expect(shell.wires().released).toBe(true);
  });

  it('of the fire alarm releases at once, and does not flutter', () => {
    const shell = householdShell();
    let moves = 0;
    shell.wires().onMove = () => {
      moves += 1;
    };
    chatter(shell, 10, (active) => ({ kind: 'fire', active }));
    expect(moves).toBeLessThan(chatterLimit + 10);
    shell.wires().play({ kind: 'fire', active: true });
    expect(shell.wires().released).toBe(true);
  });

  it('stands as it came to rest, and is told to be calm', () => {
    const shell = householdShell();
    chatter(shell, 3, monitor);
    shell.wires().play(monitor(true));
    const events = shell.eventsOf(() => shell.time.pass(180_000));
    expect(shell.lobby.state().door.open).toBe(true);
    expect(count(events, 'ContactCalm')).toBe(1);
    expect(shell.lobby.status().doors[0]?.alarms.length).toBeGreaterThan(0);
    const shut = shell.eventsOf(() => shell.wires().play(monitor(false)));
    expect(types(shut)).toContain('DoorMonitor');
    expect(shell.lobby.status().doors[0]?.alarms).toEqual([]);
  });

  it('leaves the door’s other contacts and its lock alone', () => {
    const shell = householdShell();
    chatter(shell, 3, (active) => ({ kind: 'tamper', active }));
    expect(shell.type(annsCode).outcome).toBe('grant');
    expect(types(shell.eventsOf(() => shell.wires().play(monitor(true))))).toEqual([
      'DoorMonitor',
      'AccessTaken',
    ]);
  });
});

describe('an exit button that is held for nearly an hour', () => {
  it('keeps the way out free, and is told twice: at its press and as stuck', () => {
    const shell = householdShell();
    const events = shell.eventsOf(() => {
      shell.wires().play(rex(true));
      shell.time.pass(3_599_000);
    });
    expect(types(events)).toEqual(['RequestToExit', 'RequestToExitHeld']);
    expect(shell.wires().released).toBe(true);
    expect(shell.lobby.status().doors[0]?.alarms).toEqual(['RequestToExitHeld']);
    expect(types(shell.eventsOf(() => shell.wires().play(rex(false))))).toEqual(['RequestToExitHeldEnded']);
    shell.time.pass(5_000);
    expect(shell.wires().released).toBe(false);
  });
});

describe('a door that stands open under a stuck exit button', () => {
  it('is an alarm once the button is taken for stuck', () => {
    const shell = householdShell();
    const events = shell.eventsOf(() => {
      shell.wires().play(rex(true));
      shell.wires().play(monitor(true));
      shell.time.pass(59_999);
    });
    expect(types(events)).not.toContain('DoorOpenTooLong');
    expect(types(shell.eventsOf(() => shell.time.pass(1)))).toEqual(['RequestToExitHeld', 'DoorOpenTooLong']);
    expect(shell.wires().released).toBe(true);
  });
});

describe('a guest whom a chattering door monitor may have missed', () => {
  it('keeps the use counted, and is not said to have stayed outside', () => {
    const shell = householdShell();
    chatter(shell, 3, monitor);
    shell.wires().play(monitor(false));
    shell.time.pass(5_000);
    const events = shell.eventsOf(() => {
      expect(shell.type(gusCode).outcome).toBe('grant');
      shell.time.pass(500);
      shell.wires().play(monitor(true));
      shell.wires().play(monitor(false));
      shell.time.pass(6_000);
    });
    expect(types(events)).not.toContain('AccessNotTaken');
    expect(shell.journal.guestUses(gus).used).toBe(1);
    shell.time.pass(180_000);
    shell.type(gusCode);
    expect(types(shell.eventsOf(() => shell.time.pass(6_000)))).toEqual(['AccessNotTaken']);
    expect(shell.journal.guestUses(gus).used).toBe(1);
  });
});

describe('a contact', () => {
  it.each<[DoorHardwareInput, DoorHardwareInput, string[], string]>([
    [
      { kind: 'tamper', active: true },
      { kind: 'tamper', active: false },
      ['DoorTamper', 'DoorTamperEnded'],
      'DoorTamper',
    ],
    [
      { kind: 'line', contact: 'rex', fault: 'short' },
      { kind: 'line', contact: 'rex', fault: undefined },
      ['InputFault', 'InputFaultEnded'],
      'InputFault: rex',
    ],
  ])('%o is an alarm until it is over', (begins, ends, told, alarm) => {
    const shell = householdShell();
    const events = shell.eventsOf(() => {
      shell.wires().play(begins);
      expect(shell.lobby.status().doors[0]?.alarms).toEqual([alarm]);
      shell.wires().play(ends);
      expect(shell.lobby.status().doors[0]?.alarms).toEqual([]);
    });
    expect(types(events)).toEqual(told);
  });

  it('of the bolt that stays thrown though the strike is released is an alarm after three seconds', () => {
    const shell = householdShell();
    shell.wires().play({ kind: 'lockMonitor', locked: true });
    const events = shell.eventsOf(() => {
      shell.type(annsCode);
      shell.time.pass(2_999);
      expect(shell.lobby.status().doors[0]?.alarms).toEqual([]);
      shell.time.pass(1);
      expect(shell.lobby.status().doors[0]?.alarms).toEqual(['LockFault']);
      shell.time.pass(2_000);
    });
    expect(types(events)).toEqual(['AccessGranted', 'LockFault', 'AccessNotTaken', 'LockFaultEnded']);
  });

  it('of a door whose line is cut is unknown, and the door that was forced meanwhile is told', () => {
    const shell = householdShell();
    shell.wires().play({ kind: 'line', contact: 'monitor', fault: 'cut' });
    expect(shell.lobby.status().doors[0]).not.toHaveProperty('open');
    const events = shell.eventsOf(() => {
      shell.wires().play({ kind: 'line', contact: 'monitor', fault: undefined });
      shell.wires().play(monitor(true));
    });
    expect(types(events)).toEqual(['InputFaultEnded', 'DoorMonitor', 'DoorForcedOpen']);
  });
});

describe('a door that stands open', () => {
  it('warns, then is an alarm, until it is shut', () => {
    const shell = householdShell();
    const events = shell.eventsOf(() => {
      shell.type(annsCode);
      shell.wires().play(monitor(true));
      shell.time.pass(20_000);
      shell.time.pass(10_000);
      shell.wires().play(monitor(false));
    });
    expect(types(events)).toEqual([
      'AccessGranted',
      'DoorMonitor',
      'AccessTaken',
      'DoorOpenTooLongSoon',
      'DoorOpenTooLong',
      'DoorMonitor',
      'DoorOpenTooLongEnded',
    ]);
  });
});
