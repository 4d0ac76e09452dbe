import type { ScheduleId, TableName } from '../dataset.ts';
import { scheduleWindows } from '../time/schedule.ts';
import { isInside, type WindowsOfDay } from '../time/windows.ts';
import { type Context, note, type Trail, unlessRevoked } from './context.ts';

export type Hours =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed'; readonly windowsOf: WindowsOfDay }
  | { readonly kind: 'missing'; readonly table: TableName; readonly id: string };

/** Whether a schedule is open now. The rows that it rests on go to `trail`. */
export function hoursOf(
  { facts, moment }: Pick<Context, 'facts' | 'moment'>,
  id: ScheduleId,
  trail: Trail,
): Hours {
  const schedule = unlessRevoked(facts, 'schedule', facts.rows.schedule(id));
  if (schedule === undefined) return { kind: 'missing', table: 'schedule', id };
  note(trail, 'schedule', schedule);
  const windows = scheduleWindows(schedule, (calendarId) => {
    const calendar = unlessRevoked(facts, 'calendar', facts.rows.calendar(calendarId));
    if (calendar !== undefined) note(trail, 'calendar', calendar);
    return calendar;
  });
  if (windows.kind === 'missingCalendar') return { kind: 'missing', table: 'calendar', id: windows.id };
  const { windowsOf } = windows;
  return isInside(windowsOf, moment.local()) ? { kind: 'open' } : { kind: 'closed', windowsOf };
}
