import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WeeklyWindow } from '../../controller/core/dataset.ts';
import { localTime, momentAt } from '../../controller/core/time/local-time.ts';
import { nextOpening } from '../../controller/core/time/next-opening.ts';
import { scheduleWindows } from '../../controller/core/time/schedule.ts';
import { isInside, type WindowsOfDay, weeklyWindows } from '../../controller/core/time/windows.ts';
import { aCalendar, aSchedule } from '../support/rows.ts';
import { firstMinute, instants, times, wallClock, zones } from '../support/wall-clock.ts';

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const weekly = (from: string, to: string, days = everyDay): WindowsOfDay =>
  weeklyWindows([{ days, from, to }]);
const inside = (windowsOf: WindowsOfDay, time: string, zone = 'America/Toronto'): boolean =>
  isInside(windowsOf, localTime(Date.parse(time), zone));

/** One special day of a schedule: a calendar's dates, and what is open instead. */
interface Special {
  readonly dates: readonly string[];
  readonly windows: readonly { from: string; to: string }[];
}

/** The minutes of all windows that start on `date`, written out as wall times. */
function minutesFrom(date: string, week: readonly WeeklyWindow[], specials: readonly Special[]): Set<string> {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay() || 7;
  const special = specials.find(({ dates }) => dates.includes(date));
  const windows = special ? special.windows : week.filter(({ days }) => days.includes(weekday));
  const minutes = new Set<string>();
  for (const { from, to } of windows) {
    let at = Date.parse(`${date}T${from}Z`);
    const crosses = to <= from;
    const end =
      (to === '24:00' ? Date.parse(`${date}T00:00Z`) + 86_400_000 : Date.parse(`${date}T${to}Z`)) +
      (crosses ? 86_400_000 : 0);
    for (; at < end; at += 60_000) minutes.add(new Date(at).toISOString().slice(0, 16).replace('T', ' '));
  }
  return minutes;
}

/** Whether a wall time is among the minutes of a window that started that day or the day before. */
function oracle(week: readonly WeeklyWindow[], specials: readonly Special[]): (wall: string) => boolean {
  const days = new Map<string, Set<string>>();
  const of = (date: string): Set<string> => {
    const known = days.get(date) ?? minutesFrom(date, week, specials);
    days.set(date, known);
    return known;
  };
  return (wall) => {
    const date = wall.slice(0, 10);
    const dayBefore = new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
    return of(date).has(wall) || of(dayBefore).has(wall);
  };
}

const ends = fc.oneof({ weight: 9, arbitrary: times }, { weight: 1, arbitrary: fc.constant('24:00') });
const week = fc.array(fc.record({ days: fc.subarray(everyDay, { minLength: 1 }), from: times, to: ends }), {
  maxLength: 3,
});
const equalWeek = fc
  .record({ days: fc.subarray(everyDay, { minLength: 1 }), from: times })
  .map((window) => [{ ...window, to: window.from }]);
const specialsNear = (now: number): fc.Arbitrary<Special[]> =>
  fc.array(
    fc.record({
      dates: fc
        .array(fc.integer({ min: -2, max: 3 }), { minLength: 1, maxLength: 3 })
        .map((days) => days.map((day) => new Date(now + day * 86_400_000).toISOString().slice(0, 10))),
      windows: fc.array(fc.record({ from: times, to: ends }), { maxLength: 2 }),
    }),
    { maxLength: 2 },
  );

function windowsOf(weeklyWindow: readonly WeeklyWindow[], specials: readonly Special[]): WindowsOfDay {
  const calendars = specials.map(({ dates }, index) => aCalendar(`c${index}`, dates));
  const specialDays = specials.map(({ windows }, index) => ({ calendar: `c${index}`, windows }));
  const found = scheduleWindows(
    aSchedule(
      's',
      weeklyWindow.map((w) => ({ ...w })),
      { specialDays },
    ),
    (id) => calendars.find((calendar) => calendar.id === id),
  );
  if (found.kind !== 'windows') throw new Error('a calendar is missing');
  return found.windowsOf;
}

describe('a window', () => {
  test.each([
    ['opens at its start', '08:00', '10:00', '2026-06-15T12:00:00.000Z', true],
    ['is shut just before', '08:00', '10:00', '2026-06-15T11:59:59.999Z', false],
    ['is open just before its end', '08:00', '10:00', '2026-06-15T13:59:59.999Z', true],
    ['is shut at its end', '08:00', '10:00', '2026-06-15T14:00:00.000Z', false],
    ['to 24:00 lasts to midnight', '22:00', '24:00', '2026-06-16T03:59:59.999Z', true],
    ['to 24:00 ends at midnight', '22:00', '24:00', '2026-06-16T04:00:00.000Z', false],
    ['crosses midnight', '22:00', '06:00', '2026-06-15T09:59:59.999Z', true],
    ['crosses midnight to its end', '22:00', '06:00', '2026-06-15T10:00:00.000Z', false],
    ['of equal bounds lasts 24 hours', '08:00', '08:00', '2026-06-15T07:00:00.000Z', true],
    ['that starts in a gap is open after it', '02:30', '04:00', '2026-03-08T07:00:00.000Z', true],
    ['that starts in a gap is shut before it', '02:30', '04:00', '2026-03-08T06:59:59.999Z', false],
    ['that ends in a gap ends with it', '01:00', '02:30', '2026-03-08T07:00:00.000Z', false],
    ['in an overlap is open in the first pass', '01:00', '01:30', '2026-11-01T05:10:00.000Z', true],
    ['in an overlap is shut between the passes', '01:00', '01:30', '2026-11-01T05:40:00.000Z', false],
    ['in an overlap is open in the second pass', '01:00', '01:30', '2026-11-01T06:10:00.000Z', true],
  ])('%s', (_case, from, to, time, expected) => {
    expect(inside(weekly(from, to), time)).toBe(expected);
  });

  test('belongs to the day on which it starts', () => {
    const sunday = weekly('22:00', '06:00', [7]);
    expect(inside(sunday, '2026-06-15T05:00:00.000Z')).toBe(true);
    expect(inside(sunday, '2026-06-16T05:00:00.000Z')).toBe(false);
    const wholeMonday = weekly('08:00', '08:00', [1]);
    expect(inside(wholeMonday, '2026-06-16T11:59:00.000Z')).toBe(true);
    expect(inside(wholeMonday, '2026-06-16T12:00:00.000Z')).toBe(false);
  });

  test('that starts on a day that never was is open from the first instant after it', () => {
    const fridayNight = weekly('22:00', '06:00', [5]);
    expect(inside(fridayNight, '2011-12-30T09:59:00.000Z', 'Pacific/Apia')).toBe(false);
    expect(inside(fridayNight, '2011-12-30T10:00:00.000Z', 'Pacific/Apia')).toBe(true);
  });
});

describe('special days', () => {
  const opening = aSchedule('s', [{ days: everyDay, from: '22:00', to: '02:00' }], {
    specialDays: [
      { calendar: 'closed', windows: [] },
      { calendar: 'short', windows: [{ from: '23:00', to: '01:00' }] },
    ],
  });
  const calendars = [aCalendar('closed', ['2026-12-25']), aCalendar('short', ['2026-12-24', '2026-12-25'])];
  const found = scheduleWindows(opening, (id) => calendars.find((calendar) => calendar.id === id));
  const isOpen = (localInUtc: string): boolean =>
    found.kind === 'windows' && isInside(found.windowsOf, localTime(Date.parse(localInUtc), 'UTC'));

  test.each([
    ['2026-12-24T00:30Z', true, 'an ordinary window begun the day before runs to its own end'],
    ['2026-12-24T22:30Z', false, 'the special day’s windows replace the weekly ones'],
    ['2026-12-25T00:30Z', true, 'a special window begun before a closed day runs to its own end'],
    ['2026-12-25T01:30Z', false, 'and not to the weekly one’s'],
    ['2026-12-25T23:30Z', false, 'of two calendars with one date the first entry counts'],
    ['2026-12-26T00:30Z', false, 'a closed day begins no window'],
    ['2026-12-26T22:30Z', true, 'the next day is ordinary'],
  ])('%s open: %s, %s', (time, expected) => {
    expect(isOpen(time)).toBe(expected);
  });

  test('a calendar that is not there is named', () => {
    expect(scheduleWindows(opening, () => undefined)).toEqual({ kind: 'missingCalendar', id: 'closed' });
  });
});

test.each(zones)('in %s windows and special days agree with minutes written out by hand', (zone) => {
  const wall = wallClock(zone);
  const sample = instants.chain((now) =>
    fc.record({
      now: fc.constant(now),
      week: fc.oneof({ weight: 4, arbitrary: week }, { weight: 1, arbitrary: equalWeek }),
      specials: specialsNear(now),
    }),
  );
  fc.assert(
    fc.property(sample, ({ now, week: drawn, specials }) => {
      const isOpen = oracle(drawn, specials);
      const opening = windowsOf(drawn, specials);
      for (let at = now; at < now + 8 * 3_600_000; at += 7 * 60_000) {
        expect([wall(at), isInside(opening, localTime(at, zone))]).toEqual([wall(at), isOpen(wall(at))]);
      }
    }),
    { numRuns: 100 },
  );
});

describe('the next opening', () => {
  const next = (windows: WindowsOfDay, time: string, zone = 'America/Toronto'): string | undefined => {
    const at = nextOpening(windows, momentAt(Date.parse(time), zone));
    return at === undefined ? undefined : new Date(at).toISOString();
  };

  test('is now where a window is open, and nothing where none ever is', () => {
    expect(next(weekly('08:00', '20:00'), '2026-06-15T16:00:00.123Z')).toBe('2026-06-15T16:00:00.123Z');
    expect(next(weeklyWindows([]), '2026-06-15T16:00:00.000Z')).toBeUndefined();
  });

  test('is found a week ahead, and past a holiday two weeks', () => {
    expect(next(weekly('11:00', '12:00', [1]), '2026-06-15T16:00:00.000Z')).toBe('2026-06-22T15:00:00.000Z');
    const past = windowsOf(
      [{ days: [1], from: '11:00', to: '12:00' }],
      [{ dates: ['2026-06-22'], windows: [] }],
    );
    expect(next(past, '2026-06-15T16:00:00.000Z')).toBe('2026-06-29T15:00:00.000Z');
  });

  test('is not put off by a change of the clocks that lies further ahead', () => {
    expect(next(weekly('01:30', '01:45', [3, 7]), '2026-10-26T12:00:00.000Z')).toBe(
      '2026-10-28T05:30:00.000Z',
    );
  });

  test('may be the second pass of an overlap, or the going back itself', () => {
    expect(next(weekly('01:10', '01:30'), '2026-11-01T05:40:00.000Z')).toBe('2026-11-01T06:10:00.000Z');
    expect(next(weekly('00:30', '01:30'), '2026-11-01T05:40:00.000Z')).toBe('2026-11-01T06:00:00.000Z');
  });

  test('may lie on either side of a midnight that came twice', () => {
    const saturday = { days: [6], from: '23:30', to: '23:35' };
    const sunday = { days: [7], from: '00:00', to: '00:01' };
    // St. John's, 2010-11-07: after 00:00:59 came 23:01 of the day before.
    expect(next(weeklyWindows([saturday]), '2010-11-07T02:30:00.000Z', 'America/St_Johns')).toBe(
      '2010-11-07T03:00:00.000Z',
    );
    expect(next(weeklyWindows([saturday, sunday]), '2010-11-07T02:10:00.000Z', 'America/St_Johns')).toBe(
      '2010-11-07T02:30:00.000Z',
    );
  });

  test.each(zones)('in %s is the first minute that is inside, to the end of a search by hand', (zone) => {
    const wall = wallClock(zone);
    const sample = instants.chain((now) =>
      fc.record({ now: fc.constant(now), week, specials: specialsNear(now) }),
    );
    fc.assert(
      fc.property(sample, ({ now, week: drawn, specials }) => {
        const isOpen = oracle(drawn, specials);
        const expected = firstMinute(now, 9 * 1440, (at) => isOpen(wall(at)));
        const found = nextOpening(windowsOf(drawn, specials), momentAt(now, zone));
        if (expected === undefined)
          expect(found ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now + 9 * 86_400_000 - 60_000);
        else expect(found).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });
});
