import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfLocalDate, hasBegun, hasEnded, localInstant } from '../../controller/core/time/local-bounds.ts';
import { residencyAt } from '../../controller/core/time/residency.ts';
import { dates, firstMinute, instants, times, wallClock, zones } from '../support/wall-clock.ts';

const utc = (at: number): string => new Date(at).toISOString();
const days = (count: number): number => count * 1440;
const dayMs = 86_400_000;

describe('a wall time on a date', () => {
  test.each([
    ['an ordinary morning', '2026-06-20', '06:00', 'America/Toronto', '2026-06-20T10:00:00.000Z'],
    [
      'in a gap: the first instant after it',
      '2026-03-08',
      '02:30',
      'America/Toronto',
      '2026-03-08T07:00:00.000Z',
    ],
    ['in an overlap: the first pass', '2026-11-01', '01:30', 'America/Toronto', '2026-11-01T05:30:00.000Z'],
    ['in a half-hour gap', '2026-10-04', '02:10', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['in a half-hour overlap', '2026-04-05', '01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['on a day that never was', '2011-12-30', '06:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['on a leap day', '2028-02-29', '06:00', 'America/St_Johns', '2028-02-29T09:30:00.000Z'],
  ])('%s', (_case, date, time, zone, expected) => {
    expect(utc(localInstant(date, time, zone))).toBe(expected);
  });

  test.each(zones)('in %s it is the first minute whose wall clock shows that or more', (zone) => {
    const wall = wallClock(zone);
    fc.assert(
      fc.property(dates, times, (date, time) => {
        const reached = (at: number): boolean => wall(at) >= `${date} ${time}`;
        const expected = firstMinute(Date.parse(date) - 1.5 * dayMs, days(4), reached);
        expect(localInstant(date, time, zone)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the end of a local date', () => {
  test.each([
    ['an ordinary day', '2026-06-30', 'America/Toronto', '2026-07-01T04:00:00.000Z'],
    ['a day of 25 hours', '2026-11-01', 'America/Toronto', '2026-11-02T05:00:00.000Z'],
    ['a day whose midnight was in a gap', '2018-11-03', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['a day that ended twice', '2010-11-06', 'America/St_Johns', '2010-11-07T03:30:00.000Z'],
    ['a day before a midnight that came twice', '2026-10-31', 'America/Havana', '2026-11-01T04:00:00.000Z'],
    ['the day before one that never was', '2011-12-29', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['a day that never was', '2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['a leap day', '2028-02-29', 'UTC', '2028-03-01T00:00:00.000Z'],
  ])('%s', (_case, date, zone, expected) => {
    expect(utc(endOfLocalDate(date, zone))).toBe(expected);
  });

  test.each(zones)('in %s it is just after the last minute that has this date', (zone) => {
    const wall = wallClock(zone);
    fc.assert(
      fc.property(dates, (date) => {
        const from = Date.parse(date) - 1.5 * dayMs;
        let last = from;
        for (let at = from; at < from + 4 * dayMs; at += 60_000) if (wall(at).slice(0, 10) <= date) last = at;
        expect(endOfLocalDate(date, zone)).toBe(last + 60_000);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(zones)('in %s the quick answers agree with the instants', (zone) => {
  fc.assert(
    fc.property(dates, times, fc.integer({ min: -6 * 1440, max: 6 * 1440 }), (date, time, minutes) => {
      const now = Date.parse(date) + minutes * 60_000;
      expect(hasBegun(date, time, zone, now)).toBe(now >= localInstant(date, time, zone));
      expect(hasEnded(date, zone, now)).toBe(now >= endOfLocalDate(date, zone));
    }),
  );
});

test.each(zones)(
  'in %s somebody lives here from the move-in morning to the last minute of the move-out day',
  (zone) => {
    const wall = wallClock(zone);
    const place = { timezone: zone, moveInTime: '06:00' };
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: -1, max: 1 }),
        fc.integer({ min: 0, max: 2 }),
        (now, start, length) => {
          const date = (day: number): string => new Date(now + day * dayMs).toISOString().slice(0, 10);
          const [moveInDate, moveOutDate] = [date(start), date(start + length)];
          const morningHasCome = firstMinute(
            now - 4 * dayMs,
            days(4) + 1,
            (at) => wall(at) >= `${moveInDate} 06:00`,
          );
          const dayIsStillToCome = firstMinute(now, days(1), (at) => wall(at).slice(0, 10) <= moveOutDate);
          const expected =
            dayIsStillToCome === undefined ? 'over' : morningHasCome === undefined ? 'notYet' : 'here';
          expect(residencyAt({ moveInDate, moveOutDate }, place, now)).toBe(expected);
        },
      ),
      { numRuns: 30 },
    );
  },
);
