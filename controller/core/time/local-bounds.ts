/**
 * Local dates and wall times as instants (DESIGN section 4, "Time rules"). A wall time happens once on most days,
 * never inside a spring-forward gap (a whole day at Apia, 2011-12-30), twice inside a fall-back overlap.
 */
import type { EpochMs } from '../access/facts.ts';

/** When the zone's wall clock shows `wall`, in order; for a time inside a gap the first instant after the gap. */
export function passes(
  wall: Temporal.PlainDateTime,
  zone: string,
): readonly [first: EpochMs, ...second: EpochMs[]] {
  // Inside a gap, `earlier` lies before the gap by the gap's length, so the next transition is the gap itself.
  const first = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(zone, { disambiguation: 'later' });
  if (first.epochMilliseconds === second.epochMilliseconds) return [first.epochMilliseconds];
  if (first.toPlainDateTime().equals(wall)) return [first.epochMilliseconds, second.epochMilliseconds];
  return [(first.getTimeZoneTransition('next') ?? second).epochMilliseconds];
}

/** `time` ("06:00") on `date`, first pass. */
export const localInstant = (date: string, time: string, zone: string): EpochMs =>
  passes(Temporal.PlainDateTime.from(`${date}T${time}`), zone)[0];

/**
 * The instant just after the last one that has this local date. It is the start of the next date, except where the
 * clocks go back over midnight (St. John's until 2011: 00:01 to 23:01): then `date` has a second end, and that counts.
 */
export function endOfLocalDate(date: string, zone: string): EpochMs {
  const nextDate = Temporal.PlainDate.from(date).add({ days: 1 });
  const [first, second] = passes(nextDate.toPlainDateTime(), zone);
  if (second === undefined) return first;
  const before = Temporal.Instant.fromEpochMilliseconds(second - 1)
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  return Temporal.PlainDate.compare(before, nextDate) < 0 ? second : first;
}

/** Wider than any offset from UTC and any gap that ever was: outside it, dates decide without a zone. */
const marginMs = 48 * 3_600_000;

/** Whether `now` is at or after `time` on `date`: `localInstant` without its cost when the date is far away. */
export function hasBegun(date: string, time: string, zone: string, now: EpochMs): boolean {
  const distance = now - Date.parse(`${date}T${time}:00.000Z`);
  if (Math.abs(distance) > marginMs) return distance > 0;
  return now >= localInstant(date, time, zone);
}

/** Whether `now` is after the last instant that has this local date. */
export function hasEnded(date: string, zone: string, now: EpochMs): boolean {
  const distance = now - Date.parse(`${date}T00:00:00.000Z`);
  if (Math.abs(distance) > 2 * marginMs) return distance > 0;
  return now >= endOfLocalDate(date, zone);
}
