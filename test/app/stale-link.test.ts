import { describe, expect, it } from 'vitest';
import { gusCode, householdShell, put, type Shell } from '../support/controller-shell.ts';
import { noon } from '../support/hand-time.ts';
import { aBuilding } from '../support/rows.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const linkEvents = (shell: Shell, act: () => void): readonly unknown[] =>
  shell
    .eventsOf(act)
    .map(({ type }) => type)
    .filter((type) => ['CloudLinkStale', 'CloudLinkFresh', 'DeviceIdContested'].includes(String(type)));

describe('failure case 26: the broker withholds what the cloud says', () => {
  it('an hour without a welcome makes the link stale, connected or not, and says so once', () => {
    const shell = householdShell();
    expect(linkEvents(shell, () => shell.time.pass(hourMs - 1))).toEqual([]);
    expect(shell.lobby.status().link).not.toHaveProperty('stale');
    const events = shell.eventsOf(() => shell.time.pass(1));
    expect(events).toMatchObject([{ type: 'CloudLinkStale', severity: 'warning' }]);
    expect(shell.lobby.status().link).toMatchObject({ connected: true, stale: true });
    const reconnects = (): void => {
      shell.cloudEvents.linkChanged({ connected: false, problem: 'The broker does not answer.' });
      shell.cloudEvents.linkChanged({ connected: true });
      shell.time.pass(5 * hourMs);
    };
    expect(linkEvents(shell, reconnects)).toEqual([]);
  });

  it('the next welcome ends it, and the hour begins anew', () => {
    const shell = householdShell();
    shell.time.pass(hourMs);
    expect(linkEvents(shell, () => shell.welcome(noon + hourMs))).toEqual(['CloudLinkFresh']);
    expect(shell.lobby.status().link).not.toHaveProperty('stale');
    expect(linkEvents(shell, () => shell.time.pass(hourMs))).toEqual(['CloudLinkStale']);
  });

  it('a device that was never welcomed is stale an hour after it began to try', () => {
    const shell = householdShell({ welcomed: false });
    shell.cloudEvents.linkChanged({ connected: false, problem: 'The broker does not answer.' });
    expect(linkEvents(shell, () => shell.time.pass(hourMs))).toEqual(['CloudLinkStale']);
  });

  it('guest codes are cut off after the days that the building allows, and the residents’ are not', () => {
    const shell = householdShell();
    shell.publish(put('building', aBuilding({ version: 2, guestCodesForDays: 2 })));
    const days = (count: number): void => {
      for (let hours = 0; hours < count * 24; hours += 1) shell.time.pass(hourMs);
    };
    days(2);
    expect(shell.type(gusCode).outcome).toBe('grant');
    days(1);
    const [denied] = shell.eventsOf(() => shell.type(gusCode));
    expect(denied).toMatchObject({ type: 'AccessDenied', reason: 'staleData' });
    shell.welcome(noon + 3 * dayMs);
    expect(shell.type(gusCode).outcome).toBe('grant');
  });
});

describe('failure case 18: two devices with one id', () => {
  it('is an alarm once, until the device keeps its connection', () => {
    const shell = householdShell();
    const cut = (): void => {
      shell.cloudEvents.linkChanged({ connected: false, problem: 'closed', contested: true });
      shell.cloudEvents.linkChanged({ connected: true, session: 's', contested: true });
    };
    expect(shell.eventsOf(cut)).toMatchObject([{ type: 'DeviceIdContested', severity: 'alarm' }]);
    expect(linkEvents(shell, cut)).toEqual([]);
    shell.cloudEvents.linkChanged({ connected: true, session: 's' });
    expect(linkEvents(shell, cut)).toEqual(['DeviceIdContested']);
  });
});
