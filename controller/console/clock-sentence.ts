import type { NtpReport } from '../core/ntp.ts';
import type { ControllerStatus } from '../ports/lobby.ts';

type ClockOfStatus = ControllerStatus['clock'];

/** The clock for people: the time, its state, what that rests on and how far off it may be. */
export function describeClock(clock: ClockOfStatus): string {
  const { state, time, ageMs, errorMs, ntp } = clock;
  const source = [sourceOf(clock), ...(ageMs === undefined ? [] : [`${span(ageMs)} ago`])].join(' ');
  // Rounded up: never less than it may be.
  const error = errorMs === undefined ? '' : `, ±${Math.ceil(errorMs / 100) / 10} s`;
  const stated = state === 'unknown' ? `not before ${time}` : time;
  return `${stated} (${state}: ${source}${error}${state === 'trusted' ? '' : `; ${sayingOf(ntp)}`})`;
}

function sourceOf({ source }: ClockOfStatus): string {
  switch (source) {
    case 'welcome':
      return 'signed welcome';
    case 'chrony':
    case 'systemd-timesyncd':
      return `NTP by ${source}`;
    case 'systemClock':
      return 'the system’s own clock, which nothing has confirmed';
    case 'none':
      return 'no welcome, no NTP and no plausible system clock';
    default:
      return source satisfies never;
  }
}

function sayingOf(ntp: NtpReport): string {
  switch (ntp.kind) {
    case 'disciplined':
      return `${ntp.client} tells another time than the signed welcome`;
    case 'undisciplined':
      return `${ntp.client} ${ntp.problem}`;
    case 'none':
      return 'no NTP client answers';
    case 'unreadable':
      return `NTP cannot be read: ${ntp.problem}`;
    default:
      return ntp satisfies never;
  }
}

function span(ms: number): string {
  const s = Math.round(ms / 1_000);
  if (s < 120) return `${s} s`;
  if (s < 7_200) return `${Math.round(s / 60)} min`;
  return s < 172_800 ? `${Math.round(s / 3_600)} h` : `${Math.round(s / 86_400)} days`;
}
