import type { Calendar, CalendarId, Schedule, Window } from '../dataset.ts';
import { dateText } from './local-time.ts';
import { type WindowsOfDay, weeklyWindows } from './windows.ts';

export type ScheduleWindows =
  | { readonly kind: 'windows'; readonly windowsOf: WindowsOfDay }
  /** Without the calendar nobody can say which days are special, so the schedule says nothing for any day. */
  | { readonly kind: 'missingCalendar'; readonly id: CalendarId };

/**
 * A schedule's windows by the day on which they start: the first special-days entry whose calendar has that date
 * replaces the weekly ones (an empty list closes the day). A window begun the day before runs to its own end.
 */
export function scheduleWindows(
  schedule: Schedule,
  calendar: (id: CalendarId) => Calendar | undefined,
): ScheduleWindows {
  const weekly = weeklyWindows(schedule.weekly);
  const special: { dates: readonly string[]; windows: readonly Window[] }[] = [];
  for (const entry of schedule.specialDays ?? []) {
    const row = calendar(entry.calendar);
    if (row === undefined) return { kind: 'missingCalendar', id: entry.calendar };
    special.push({ dates: row.dates, windows: entry.windows });
  }
  if (special.length === 0) return { kind: 'windows', windowsOf: weekly };
  const windowsOf: WindowsOfDay = (day) => {
    const date = dateText(day);
    return special.find(({ dates }) => dates.includes(date))?.windows ?? weekly(day);
  };
  return { kind: 'windows', windowsOf };
}
