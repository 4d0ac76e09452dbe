import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClock } from '../../controller/core/clock.ts';

const day = 86_400_000;
const floor = Date.parse('2026-01-10T12:00:00.000Z');

describe('the clock', () => {
  it.each([
    [
      'is unknown on a device that was never welcomed',
      { floor: 0 },
      { monotonicMs: 0, rtc: floor },
      { state: 'unknown', now: 0 },
    ],
    [
      'is held by a battery clock between the floor and 90 days after it',
      { floor },
      { monotonicMs: 0, rtc: floor + 89 * day },
      { state: 'held', now: floor + 89 * day },
    ],
    [
      'is unknown when the battery clock reads 90 days after the floor',
      { floor },
      { monotonicMs: 0, rtc: floor + 90 * day },
      { state: 'unknown', now: floor },
    ],
    [
      'is unknown when the battery clock reads before the floor',
      { floor },
      { monotonicMs: 0, rtc: floor - 1 },
      { state: 'unknown', now: floor },
    ],
    [
      'is unknown after a cold boot to 1970',
      { floor },
      { monotonicMs: 0, rtc: 0 },
      { state: 'unknown', now: floor },
    ],
    [
      'is trusted on a fresh welcome, whatever the battery clock says',
      { floor, welcome: { time: floor + day, atMonotonicMs: 1_000 } },
      { monotonicMs: 61_000, rtc: 0 },
      { state: 'trusted', now: floor + day + 60_000 },
    ],
    [
      'is held once welcomes have stopped',
      { floor, welcome: { time: floor + day, atMonotonicMs: 0 } },
      { monotonicMs: 12 * 60_000, rtc: 0 },
      { state: 'held', now: floor + day + 12 * 60_000 },
    ],
  ] as const)('%s', (_, knowledge, inputs, reading) => {
    expect(readClock(knowledge, inputs)).toEqual(reading);
  });

  it('reads whole milliseconds, also after a round trip of an odd number of them', () => {
    const welcome = { time: floor, atMonotonicMs: 10.5 };
    expect(readClock({ floor, welcome }, { monotonicMs: 21, rtc: 0 }).now).toBe(floor + 10);
  });

  it('never reads below the floor', () => {
    const instant = fc.integer({ min: 0, max: floor * 2 });
    fc.assert(
      fc.property(instant, instant, instant, fc.option(instant), (low, rtc, monotonicMs, time) => {
        const welcome = time === null ? {} : { welcome: { time, atMonotonicMs: 0 } };
        expect(readClock({ floor: low, ...welcome }, { monotonicMs, rtc }).now).toBeGreaterThanOrEqual(low);
      }),
    );
  });
});
