/**
 * A second, slow opinion on local time for tests: wall times are read minute by minute from `Intl`, and compared as
 * texts. It knows nothing of offsets, gaps or overlaps.
 */
import fc from 'fast-check';

const minuteMs = 60_000;

/** Reads instants as `2026-11-01 01:30`. */
export function wallClock(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => format.format(at);
}

/** The first whole minute from `from` on, within `minutes`, that `is` so; undefined when there is none. */
export function firstMinute(from: number, minutes: number, is: (at: number) => boolean): number | undefined {
  const start = Math.ceil(from / minuteMs) * minuteMs;
  for (let at = start; at < start + minutes * minuteMs; at += minuteMs) if (is(at)) return at;
  return undefined;
}

export const zones = [
  'America/Toronto',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
] as const;

/** Days on which clocks change somewhere in `zones`, leap days, and a day that Apia never had. */
const strangeDays = [
  ...['2026-03-08', '2026-11-01', '2028-03-12', '2028-11-05', '2028-02-29'],
  // St. John's at 00:01, back over midnight in November.
  ...['2010-03-14', '2010-11-07', '2009-03-08', '2009-11-01'],
  // Lord Howe by half an hour.
  ...['2026-04-05', '2026-10-04'],
  // Apia: no 2011-12-30; the last clock changes of 2021.
  ...['2011-12-30', '2011-09-24', '2012-04-01', '2021-04-04', '2020-09-27'],
];

/** Instants, whole minutes, mostly within two days of a strange day. */
export const instants: fc.Arbitrary<number> = fc
  .record({
    day: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...strangeDays).map((day) => Date.parse(day)) },
      { weight: 1, arbitrary: fc.integer({ min: 14_000, max: 24_000 }).map((day) => day * 86_400_000) },
    ),
    minutes: fc.integer({ min: -2 * 1440, max: 2 * 1440 }),
  })
  .map(({ day, minutes }) => day + minutes * minuteMs);

/** Local dates, mostly within two days of a strange one. */
export const dates: fc.Arbitrary<string> = instants.map((at) => new Date(at).toISOString().slice(0, 10));

/** Times of day; many near midnight and 02:00, where clocks change. */
export const times: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ min: 0, max: 1439 }),
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 1370, max: 1439 }),
  )
  .map(
    (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
  );
