import { describe, expect, it } from 'vitest';
import { eventJson, eventLine } from '../../sync/headend/cli/event-line.ts';

const names = {
  timezone: 'America/Toronto',
  label: (table: string, id: string) =>
    new Map([
      ['door lobby', 'Lobby'],
      ['resident r-1', 'Zoé Tremblay, suite 101'],
    ]).get(`${table} ${id}`),
};
const line = (event: object): string =>
  eventLine(
    { n: 1, device: 'front', log: 'l', seq: 7, hash: '', receivedAt: 0, body: JSON.stringify(event) },
    names,
  );

describe('an event as a line for people', () => {
  it.each([
    [
      {
        type: 'AccessGranted',
        time: '2026-07-01T18:05:09.123Z',
        door: 'lobby',
        subject: { kind: 'resident', id: 'r-1' },
      },
      '2026-07-01 14:05:09  front #7  AccessGranted  door lobby (Lobby)  resident r-1 (Zoé Tremblay, suite 101)',
    ],
    [
      {
        type: 'AccessDenied',
        time: '2026-07-01T18:05:09.123Z',
        door: 'gym',
        reason: 'expired',
        backfilled: true,
      },
      '2026-07-01 14:05:09  front #7  AccessDenied  door gym  reason=expired  (back-filled)',
    ],
    [
      {
        type: 'CallStarted',
        time: '2026-07-01T18:05:09.123Z',
        from: 'directory',
        resident: 'r-1',
        call: 'c',
      },
      '2026-07-01 14:05:09  front #7  CallStarted  resident r-1 (Zoé Tremblay, suite 101)  from=directory',
    ],
    [
      { type: 'CallEnded', time: '2026-07-01T18:05:09.123Z', outcome: 'busy', call: 'c' },
      '2026-07-01 14:05:09  front #7  CallEnded  outcome=busy',
    ],
    [
      { type: 'Duress', severity: 'alarm', time: '2026-01-01T18:05:09.123Z', door: 'lobby' },
      '2026-01-01 13:05:09  front #7  ALARM  Duress  door lobby (Lobby)',
    ],
    [
      { type: 'LockdownChanged', time: 'nonsense', scope: 'building', on: true },
      'time unknown  front #7  LockdownChanged  scope=building  on=true',
    ],
  ])("tells time in the building's zone, device, type, door, who and why", (event, expected) => {
    expect(line(event)).toBe(expected);
  });

  it('never shows what an event carries beside the known fields, and no control characters', () => {
    const text = line({ type: 'Odd', time: 'x', hash: 'abc', code: '11112222', problem: 'red\u001b[31m' });
    expect(text).toBe('time unknown  front #7  Odd  problem=red[31m');
  });

  it('survives a body that is not JSON', () => {
    const event = { n: 1, device: 'front', log: 'l', seq: 7, hash: '', receivedAt: 0, body: 'not JSON' };
    expect(eventLine(event, names)).toBe('time unknown  front #7  unreadable');
    expect(JSON.parse(eventJson(event))).toMatchObject({ device: 'front', seq: 7, event: {} });
  });
});
