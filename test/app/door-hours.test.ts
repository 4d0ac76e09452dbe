import { describe, expect, it } from 'vitest';
import { ResidentId } from '../../controller/core/dataset.ts';
import type { RowOp } from '../../controller/ports/replica.ts';
import { annsCode, gusCode, householdShell, lobbyDoor, put, Shell } from '../support/controller-shell.ts';
import { noon } from '../support/hand-time.ts';
import { whileDiskRefuses } from '../support/refusing-disk.ts';
import { aCalendar, aDoor, aSchedule } from '../support/rows.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Unlocked from 12:30 to 17:00 on weekdays; the shell begins on a Monday at noon. */
const afternoons = (fields = {}): RowOp =>
  put('schedule', aSchedule('afternoons', [{ days: [1, 2, 3, 4, 5], from: '12:30', to: '17:00' }], fields));
const opens = (fields = {}, version = 2): RowOp =>
  put('door', aDoor('lobby', { version, lockedOpenSchedule: 'afternoons', ...fields }));

function withHours(fields = {}): Shell {
  const shell = householdShell();
  shell.housekeeping.start([], []);
  shell.publish(afternoons(), opens(fields));
  return shell;
}
const mode = (shell: Shell) => shell.lobby.status().doors[0]?.mode;
const stands = (shell: Shell) => [mode(shell), shell.wires().released];
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
function enter(shell: Shell): void {
  shell.wires().play({ kind: 'monitor', open: true });
  shell.wires().play({ kind: 'monitor', open: false });
}
const modes = (events: readonly { readonly [field: string]: unknown }[]) =>
  events
    .filter(({ type }) => type === 'DoorMode')
    .map(({ mode: to, cause }) => `${String(to)} by ${String(cause)}`);

const ann = { kind: 'resident', id: ResidentId.parse('ann') } as const;

describe('LockedOpen hours', () => {
  it('begin and end with their minute, and say so', () => {
    const shell = withHours();
    // Looked at last some seconds after a minute has begun.
    shell.time.pass(17_001);
    shell.publish(opens({}, 3));
    const events = shell.eventsOf(() => {
      shell.time.pass(30 * minuteMs - 17_001 - 1);
      expect(stands(shell)).toEqual(['Locked', false]);
      shell.time.pass(1);
      expect(stands(shell)).toEqual(['LockedOpen', true]);
      shell.time.pass(4.5 * hourMs - 1);
      expect(stands(shell)).toEqual(['LockedOpen', true]);
      shell.time.pass(1);
      expect(stands(shell)).toEqual(['Locked', false]);
    });
    expect(modes(events)).toEqual(['LockedOpen by clock', 'Locked by clock']);
  });

  it('come with the dataset, and go with it', () => {
    const shell = withHours();
    shell.time.pass(2 * hourMs);
    expect(modes(shell.eventsOf(() => shell.publish(put('door', aDoor('lobby', { version: 3 })))))).toEqual([
      'Locked by dataset',
    ]);
    shell.publish(opens({}, 4));
    expect(stands(shell)).toEqual(['LockedOpen', true]);
  });

  it('are not on special days', () => {
    const shell = withHours();
    shell.publish(
      put('calendar', aCalendar('holidays', ['2026-06-15'])),
      afternoons({ version: 2, specialDays: [{ calendar: 'holidays', windows: [] }] }),
    );
    shell.time.pass(2 * hourMs);
    expect(mode(shell)).toBe('Locked');
    shell.time.pass(24 * hourMs);
    expect(mode(shell)).toBe('LockedOpen');
  });

  it('do not open a door whose schedule or calendar is missing, and that is told', () => {
    const shell = householdShell();
    shell.housekeeping.start([], []);
    const events = shell.eventsOf(() => shell.publish(opens()));
    expect(events).toMatchObject([
      {
        type: 'DoorMisconfigured',
        door: 'lobby',
        problems: ['its hours "afternoons" are not in the dataset: it stays locked.'],
      },
    ]);
    expect(shell.lobby.status().doors[0]?.problems).toHaveLength(1);
    shell.time.pass(2 * hourMs);
    expect(mode(shell)).toBe('Locked');
    expect(shell.eventsOf(() => shell.publish(afternoons()))).toMatchObject([
      { type: 'DoorMode', mode: 'LockedOpen' },
      { type: 'DoorWellConfigured', door: 'lobby' },
    ]);
  });

  it('wait for a known clock: a welcome opens the door', () => {
    const shell = withHours();
    shell.time.pass(2 * hourMs);
    shell.close();
    shell.time.setSystemClock(0);
    const again = new Shell({ dir: shell.dir, time: shell.time, welcomed: false });
    expect(again.lobby.status().clock.state).toBe('unknown');
    expect(stands(again)).toEqual(['Locked', false]);
    again.welcome(noon + 2 * hourMs);
    expect(stands(again)).toEqual(['LockedOpen', true]);
  });

  it('that are under way when the controller starts are told', () => {
    const shell = withHours();
    shell.time.pass(2 * hourMs);
    const { seq } = shell.journal.head();
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time, welcomed: false });
    expect(stands(again)).toEqual(['LockedOpen', true]);
    expect(modes(again.events(seq))).toEqual(['LockedOpen by start']);
  });

  it('that the disk refuses to tell of at a start wait for it', () => {
    const shell = withHours();
    shell.time.pass(2 * hourMs);
    shell.close();
    const again = new Shell({
      ...{ dir: shell.dir, time: shell.time, welcomed: false },
      whileStarting: whileDiskRefuses,
    });
    expect(stands(again)).toEqual(['Locked', false]);
    expect(modes(again.eventsOf(() => again.time.pass(minuteMs)))).toEqual(['LockedOpen by clock']);
    expect(stands(again)).toEqual(['LockedOpen', true]);
  });

  it('are not those of a door that is locked down, and come back after it', () => {
    const shell = withHours();
    shell.time.pass(2 * hourMs);
    const lock = (on: boolean, counter: number) =>
      shell.commands.execute({
        op: 'lockdown',
        id: `c-${counter}`,
        lockdown: { scope: 'building', on, counter },
      });
    lock(true, 1);
    expect(stands(shell)).toEqual(['LockedDown', false]);
    lock(false, 2);
    expect(stands(shell)).toEqual(['LockedOpen', true]);
  });

  it('raise no alarm for a door that stands open, and the time begins when they end', () => {
    const shell = withHours();
    const raised = shell.eventsOf(() => {
      shell.time.pass(2 * hourMs);
      shell.wires().play({ kind: 'monitor', open: true });
      shell.time.pass(3 * hourMs);
      shell.time.pass(29_999);
    });
    expect(raised.map(({ type }) => type)).not.toContain('DoorOpenTooLong');
    expect(shell.eventsOf(() => shell.time.pass(1))).toMatchObject([{ type: 'DoorOpenTooLong' }]);
  });

  it('hold back nobody who begins the controller anew: only people do', () => {
    const shell = withHours();
    shell.time.pass(2 * hourMs);
    const passing = () => shell.doors.all().some((door) => door.status().passing);
    expect([shell.wires().released, passing()]).toEqual([true, false]);
    shell.wires().play({ kind: 'rex', active: true });
    expect(passing()).toBe(true);
  });
});

describe('first person in', () => {
  it('keeps the door locked until somebody who belongs here has entered', () => {
    const shell = withHours({ firstIn: true });
    shell.time.pass(2 * hourMs);
    expect(mode(shell)).toBe('Locked');
    shell.type(annsCode);
    expect(mode(shell)).toBe('Accessed');
    shell.wires().play({ kind: 'monitor', open: true });
    shell.wires().play({ kind: 'monitor', open: false });
    expect(stands(shell)).toEqual(['LockedOpen', true]);
    shell.time.pass(3 * hourMs);
    expect(stands(shell)).toEqual(['Locked', false]);
  });

  it('is nobody who was let in and did not enter, and no guest', () => {
    const shell = withHours({ firstIn: true });
    shell.time.pass(2 * hourMs);
    shell.type(annsCode);
    shell.time.pass(minuteMs);
    expect(mode(shell)).toBe('Locked');
    shell.type(gusCode);
    shell.wires().play({ kind: 'monitor', open: true });
    shell.wires().play({ kind: 'monitor', open: false });
    expect(mode(shell)).toBe('Locked');
  });

  it('is nobody who opened from elsewhere', () => {
    const shell = withHours({ firstIn: true });
    shell.time.pass(2 * hourMs);
    const unlock = { op: 'unlock', id: 'c-1', extended: false, door: lobbyDoor, by: ann } as const;
    expect(shell.commands.execute(unlock)).toMatchObject({ outcome: 'done' });
    expect(types(shell.eventsOf(() => enter(shell)))).toContain('AccessTaken');
    expect(stands(shell)).toEqual(['Locked', false]);
  });

  it('whom the disk refuses to tell of does not leave the door open: the next one does', () => {
    const shell = withHours({ firstIn: true });
    shell.time.pass(2 * hourMs);
    shell.type(annsCode);
    whileDiskRefuses(() => enter(shell));
    expect(stands(shell)).toEqual(['Locked', false]);
    shell.time.pass(minuteMs);
    expect(stands(shell)).toEqual(['Locked', false]);
    shell.type(annsCode);
    expect(modes(shell.eventsOf(() => enter(shell)))).toEqual(['LockedOpen by monitor']);
  });

  it('is wanted anew after a restart within the hours', () => {
    const shell = withHours({ firstIn: true });
    shell.time.pass(2 * hourMs);
    shell.type(annsCode);
    enter(shell);
    expect(stands(shell)).toEqual(['LockedOpen', true]);
    shell.close();
    const again = new Shell({ dir: shell.dir, time: shell.time, welcomed: false });
    again.welcome(noon + 2 * hourMs);
    expect(stands(again)).toEqual(['Locked', false]);
    again.type(annsCode);
    enter(again);
    expect(stands(again)).toEqual(['LockedOpen', true]);
  });

  it('is wanted anew every day', () => {
    const shell = withHours({ firstIn: true });
    shell.time.pass(2 * hourMs);
    shell.type(annsCode);
    shell.wires().play({ kind: 'monitor', open: true });
    shell.wires().play({ kind: 'monitor', open: false });
    expect(mode(shell)).toBe('LockedOpen');
    shell.time.pass(24 * hourMs);
    expect(mode(shell)).toBe('Locked');
  });
});
