import { describe, expect, it } from 'vitest';
import { householdShell, Shell } from '../support/controller-shell.ts';
import { HandTime, noon } from '../support/hand-time.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** As after a power cut: a battery clock that has lost its time. */
const afterPowerCut = (dir: string): Shell =>
  new Shell({ dir, time: new HandTime(Date.parse('1970-01-01T00:00:10.000Z')), welcomed: false });

describe('a row that the schema refuses', () => {
  it('is an event with table, id and field for each', () => {
    const shell = householdShell();
    const events = shell.eventsOf(() =>
      shell.cloudEvents.rowsRefused([
        { table: 'resident', id: 'eve', field: 'suite', problem: 'is missing' },
        { table: 'door', id: 'attic', field: 'name.fr', problem: 'is too long' },
      ]),
    );
    expect(events).toMatchObject([
      { type: 'DatasetRowRefused', severity: 'warning', table: 'resident', id: 'eve', field: 'suite' },
      { type: 'DatasetRowRefused', severity: 'warning', table: 'door', id: 'attic', field: 'name.fr' },
    ]);
  });
});

describe('a dataset whose rows the schema refuses', () => {
  const refused = (shell: Shell, count: number) =>
    shell.eventsOf(() =>
      shell.cloudEvents.rowsRefused(
        Array.from({ length: count }, (_, i) => ({
          ...{ table: 'resident', id: `r${i}`, field: 'suite', problem: 'is missing' },
        })),
      ),
    );

  it.each([1, 99, 100])('of %i is told row by row', (count) => {
    const events = refused(householdShell(), count);
    expect(events.map(({ type, id }) => [type, id])).toEqual(
      Array.from({ length: count }, (_, i) => ['DatasetRowRefused', `r${i}`]),
    );
  });

  it.each([101, 10_000])('of %i is told by a hundred rows, and how many more there are', (count) => {
    const events = refused(householdShell(), count);
    expect(events).toHaveLength(101);
    expect(events.at(99)).toMatchObject({ type: 'DatasetRowRefused', id: 'r99' });
    expect(events.at(100)).toMatchObject({
      ...{ type: 'DatasetRowsRefused', severity: 'warning', count: count - 100 },
    });
  });
});

describe('a refused message', () => {
  const forge = (shell: Shell, times: number, reason = 'signature'): void => {
    for (let i = 0; i < times; i += 1) shell.cloudEvents.messageRefused({ message: 'delta', reason });
  };
  const said = (shell: Shell, act: () => void) =>
    shell.eventsOf(act).map(({ reason, message, count }) => [message, reason, count].join(' '));

  it('is a security event at once, and one more a minute with the count of the others', () => {
    const shell = householdShell();
    expect(said(shell, () => forge(shell, 1_000))).toEqual(['delta signature 1']);
    expect(said(shell, () => shell.time.pass(60_000))).toEqual(['delta signature 999']);
    expect(said(shell, () => shell.time.pass(60_000))).toEqual([]);
    expect(said(shell, () => forge(shell, 1))).toEqual(['delta signature 1']);
  });

  it('is counted by reason, as warnings that are logged too', () => {
    const shell = householdShell();
    const events = shell.eventsOf(() => {
      forge(shell, 3, 'signature');
      forge(shell, 3, 'audience');
    });
    expect(events).toMatchObject([
      { type: 'SecurityEvent', severity: 'warning', message: 'delta', reason: 'signature', count: 1 },
      { type: 'SecurityEvent', severity: 'warning', message: 'delta', reason: 'audience', count: 1 },
    ]);
    expect(shell.logged.filter(({ message }) => message === 'a message was refused')).toHaveLength(2);
  });
});

describe('the welcome', () => {
  it('sets an unknown clock, and says so in an event', () => {
    const shell = new Shell({ welcomed: false });
    expect(shell.clock.reading()).toEqual({ state: 'unknown', now: 0 });
    const events = shell.eventsOf(() => shell.welcome(noon));
    expect(events).toMatchObject([
      { type: 'ClockChanged', severity: 'info', clockState: 'trusted', time: new Date(noon).toISOString() },
    ]);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon });
    shell.time.pass(1_500);
    expect(shell.clock.reading().now).toBe(noon + 1_500);
  });

  it('failure case 20: raises the floor below which no later start believes a clock', () => {
    const shell = new Shell();
    expect(shell.journal.clockFloor()).toBe(noon);
    expect(shell.journal.lastWelcomeAt()).toBe(noon);
    shell.close();
    expect(afterPowerCut(shell.dir).clock.reading()).toEqual({ state: 'unknown', now: noon });
  });

  it('of every five minutes is no event', () => {
    const shell = new Shell();
    shell.time.pass(300_000);
    expect(shell.eventsOf(() => shell.welcome(noon + 300_000))).toEqual([]);
    expect(shell.journal.clockFloor()).toBe(noon + 300_000);
  });

  it('that lowers the floor is believed, and is an alarm', () => {
    const shell = new Shell();
    const events = shell.eventsOf(() => shell.welcome(noon - dayMs));
    expect(events).toMatchObject([{ type: 'ClockChanged', severity: 'alarm' }]);
    expect(shell.clock.reading()).toEqual({ state: 'trusted', now: noon - dayMs });
    expect(shell.journal.clockFloor()).toBe(noon - dayMs);
  });

  it('that corrects a minute of drift is no alarm', () => {
    const shell = new Shell();
    expect(shell.eventsOf(() => shell.welcome(noon - 60_000))).toEqual([]);
    expect(shell.eventsOf(() => shell.welcome(noon - 120_001))).toMatchObject([{ severity: 'alarm' }]);
  });
});

describe('an event', () => {
  const flags = (shell: Shell, act: () => void) => shell.eventsOf(act).map(({ backfilled }) => backfilled);
  const typeAny = (shell: Shell) => () => void shell.type('00000000');

  it('is marked as back-filled before the session’s welcome, after it is not, and is again once the link is down', () => {
    const shell = householdShell({ welcomed: false });
    expect(flags(shell, typeAny(shell))).toEqual([true]);
    shell.cloudEvents.linkChanged({ connected: true });
    expect(flags(shell, typeAny(shell))).toEqual([true]);
    shell.welcome();
    expect(flags(shell, typeAny(shell))).toEqual([undefined]);
    shell.cloudEvents.linkChanged({ connected: false, problem: 'The broker does not answer.' });
    expect(flags(shell, typeAny(shell))).toEqual([true]);
  });

  it('carries time, monotonic time, boot and the state of the clock', () => {
    const shell = householdShell();
    shell.time.pass(1_500);
    const [event] = shell.eventsOf(typeAny(shell));
    expect(event).toMatchObject({
      time: new Date(noon + 1_500).toISOString(),
      monotonicMs: 1_500,
      boot: shell.clock.boot,
      clockState: 'trusted',
    });
  });
});

describe('the link', () => {
  it('is logged when it comes and goes, not with each welcome', () => {
    const shell = new Shell({ welcomed: false });
    const states = [
      { connected: true },
      { connected: true, session: 'session-1' },
      { connected: false, problem: 'The broker closed the connection.' },
      { connected: false, problem: 'The broker closed the connection.' },
    ];
    for (const state of states) shell.cloudEvents.linkChanged(state);
    expect(shell.logged.map(({ fields }) => fields)).toEqual([
      { connected: true, problem: undefined },
      { connected: false, problem: 'The broker closed the connection.' },
    ]);
  });
});
