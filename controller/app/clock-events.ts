import type { ClockNews } from '../core/clock-evidence.ts';
import type { EventDraft } from '../ports/events.ts';

const far = (byMs: number): string => `by ${Math.round(Math.abs(byMs) / 1_000)} s`;
const aheadOrBehind = (byMs: number): string => (byMs > 0 ? 'ahead' : 'behind');

/** News of the clock as an event, in words for whoever looks after the building. */
export function clockEvent(news: ClockNews): EventDraft {
  const changed = (severity: 'notice' | 'warning' | 'alarm', problem: string): EventDraft => ({
    type: 'ClockChanged',
    severity,
    problem,
  });
  switch (news.kind) {
    case 'ntpDisputed':
      return changed(
        'alarm',
        `NTP is ${aheadOrBehind(news.byMs)} of the signed welcome ${far(news.byMs)}; the welcome is believed`,
      );
    case 'ntpAgreesAgain':
      return changed('notice', 'NTP agrees with the signed welcome again');
    case 'behindFloor':
      return changed(
        'alarm',
        `NTP is behind the floor of the clock ${far(news.byMs)}; the floor is taken as the time`,
      );
    case 'caughtUpWithFloor':
      return changed('notice', 'NTP is no longer behind the floor of the clock');
    case 'ntpStepped':
      return changed(
        'warning',
        `NTP has set the clock ${news.byMs > 0 ? 'forward' : 'back'} ${far(news.byMs)}`,
      );
    default:
      return news satisfies never;
  }
}
