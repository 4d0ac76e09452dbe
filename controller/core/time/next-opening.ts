import type { EpochMs } from '../access/facts.ts';
import { passes } from './local-bounds.ts';
import { dateText, localTime, type Moment } from './local-time.ts';
import { isInside, type WindowsOfDay } from './windows.ts';

/** Two weeks: any weekly window comes round, also past a holiday on its day. */
const horizonDays = 14;

/**
 * The first instant at or after `moment` that is inside one of the windows; undefined when none comes within 14 days.
 * Windows open at their start, in either pass, or because the clocks go back into them.
 */
export function nextOpening(windowsOf: WindowsOfDay, moment: Moment): EpochMs | undefined {
  const { now, zone } = moment;
  const { day: today } = moment.local();
  if (isInside(windowsOf, moment.local())) return now;
  const opens = (at: EpochMs): boolean => at >= now && isInside(windowsOf, localTime(at, zone));

  const goneBackInto = transitions(now, zone).find(opens);
  let first = goneBackInto ?? Number.POSITIVE_INFINITY;
  // From yesterday on, and to the day after the best so far: going back over midnight brings windows again.
  for (let day = today - 1; day <= today + horizonDays; day += 1) {
    if (first < Number.POSITIVE_INFINITY && day > localTime(first, zone).day + 1) break;
    for (const window of windowsOf(day)) {
      const start = Temporal.PlainDateTime.from(`${dateText(day)}T${window.from}`);
      const opening = passes(start, zone).find(opens);
      if (opening !== undefined && opening < first) first = opening;
    }
  }
  return first < Number.POSITIVE_INFINITY ? first : undefined;
}

/** The zone's clock changes of the next 14 days. */
function transitions(now: EpochMs, zone: string): readonly EpochMs[] {
  const horizon = now + horizonDays * 86_400_000;
  const found: EpochMs[] = [];
  let next = Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO(zone)
    .getTimeZoneTransition('next');
  while (next !== null && next.epochMilliseconds <= horizon) {
    found.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition('next');
  }
  return found;
}
