import { describe, expect, it } from 'vitest';
import { describeClock } from '../../controller/console/clock-sentence.ts';

const time = '2026-11-22T14:05:00.000Z';
const second = 1_000;
const day = 86_400_000;
const none = { kind: 'none' } as const;
const unsteered = { kind: 'undisciplined', client: 'chrony', problem: 'is not synchronised' } as const;
const steered = { kind: 'disciplined', client: 'systemd-timesyncd', errorMs: 20 } as const;

describe('the clock, in a sentence of `vestibule status`', () => {
  it.each([
    [
      { state: 'trusted', source: 'welcome', ageMs: 40 * second, errorMs: 120.7, ntp: none },
      `${time} (trusted: signed welcome 40 s ago, ±0.2 s)`,
    ],
    [
      { state: 'trusted', source: 'systemd-timesyncd', ageMs: 64 * second, errorMs: 20, ntp: steered },
      `${time} (trusted: NTP by systemd-timesyncd 64 s ago, ±0.1 s)`,
    ],
    [
      { state: 'held', source: 'chrony', ageMs: 21 * day, errorMs: 30_020, ntp: unsteered },
      `${time} (held: NTP by chrony 21 days ago, ±30.1 s; chrony is not synchronised)`,
    ],
    [
      { state: 'held', source: 'welcome', ageMs: 5_400 * second, errorMs: 200, ntp: none },
      `${time} (held: signed welcome 90 min ago, ±0.2 s; no NTP client answers)`,
    ],
    [
      { state: 'held', source: 'welcome', ageMs: 10_800 * second, errorMs: 300, ntp: steered },
      `${time} (held: signed welcome 3 h ago, ±0.3 s; systemd-timesyncd tells another time than the signed welcome)`,
    ],
    [
      { state: 'held', source: 'systemClock', ntp: { kind: 'unreadable', problem: 'chronyc does not end' } },
      `${time} (held: the system’s own clock, which nothing has confirmed; NTP cannot be read: chronyc does not end)`,
    ],
    [
      { state: 'unknown', source: 'none', ntp: none },
      `not before ${time} (unknown: no welcome, no NTP and no plausible system clock; no NTP client answers)`,
    ],
  ] as const)('%j', (clock, sentence) => {
    expect(describeClock({ ...clock, time })).toBe(sentence);
  });
});
