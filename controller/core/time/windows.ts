/**
 * Windows in local wall time: from inclusive, to exclusive. A `to` that is not after its `from` crosses midnight
 * (equal: 24 h) and belongs to the day on which it starts. Because wall times are compared, an instant is inside in
 * either pass of an overlap, and a bound inside a gap takes effect at the first instant after it.
 */
import type { WeeklyWindow, Window } from '../dataset.ts';
import { dayOfWeek, type LocalTime, minuteOf } from './local-time.ts';

/** The windows that start on a day (days since 1970-01-01 on the local calendar). */
export type WindowsOfDay = (day: number) => readonly Window[];

export const weeklyWindows =
  (weekly: readonly WeeklyWindow[]): WindowsOfDay =>
  (day) => {
    const weekday = dayOfWeek(day);
    return weekly.filter((window) => window.days.includes(weekday));
  };

/** Whether one of these windows is open at this wall time. */
export function isInside(windowsOf: WindowsOfDay, { day, minute }: LocalTime): boolean {
  for (const window of windowsOf(day)) {
    const from = minuteOf(window.from);
    const to = minuteOf(window.to);
    if (minute >= from && (minute < to || to <= from)) return true;
  }
  for (const window of windowsOf(day - 1)) {
    const to = minuteOf(window.to);
    if (to <= minuteOf(window.from) && minute < to) return true;
  }
  return false;
}
