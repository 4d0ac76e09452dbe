import { describeClock } from '../../console/clock-sentence.ts';
import { type ClockStatus, examineClock, knowing } from '../../core/clock.ts';
import { learnNtp } from '../../core/clock-evidence.ts';
import type { NtpReport } from '../../core/ntp.ts';
import type { ControllerStatus } from '../../ports/lobby.ts';
import { type Finding, finderOf } from '../finding.ts';
import type { JudgingTime } from './certificates.ts';

export const clockKinds = {
  clockTrusted: { level: 'ok', says: 'The clock is good: {clock}.' },
  clockHeld: { level: 'ok', says: 'The clock is good enough: {clock}.' },
  clockUnknown: {
    level: 'fail',
    says: 'Nobody knows the time: {clock}. Guest codes, schedules and whatever ends are denied; doors with open hours stay locked.',
    wayOut:
      "Bring the link up: the head-end's welcome tells the time. Or let chrony or systemd-timesyncd set it.",
  },
  clockUnknownAtStart: {
    level: 'warn',
    says: 'A controller that starts now would not know the time: {clock}.',
    wayOut:
      "It is set by the head-end's welcome once the link is up. Or let chrony or systemd-timesyncd set it.",
  },
  clockBehindFloor: {
    level: 'fail',
    says: 'The system clock says {now}; the head-end has already told {floor}.',
    wayOut:
      'Set the clock ("timedatectl set-time"), and replace the battery of the clock if it was lost with the power.',
  },
  ntpDisciplined: { level: 'ok', says: '{client} keeps the system clock; its error is below {errorMs} ms.' },
  ntpUndisciplined: {
    level: 'warn',
    says: '{client} does not keep the system clock: it {problem}.',
    wayOut:
      'See that it reaches its servers (UDP port 123): "chronyc sources", "timedatectl timesync-status".',
  },
  ntpNone: {
    level: 'warn',
    says: 'No NTP client keeps the system clock: after a power cut without a link the time is unknown.',
    wayOut: 'Install chrony, or turn systemd-timesyncd on: timedatectl set-ntp true',
  },
  ntpUnreadable: {
    level: 'warn',
    says: 'The NTP client was asked, and gave no answer that can be read ({problem}).',
    wayOut: 'Ask it by hand: "chronyc tracking", "timedatectl timesync-status".',
  },
} as const;

export interface ClockFacts {
  /** As the running controller says; absent where none can be asked. */
  readonly running?: ControllerStatus['clock'];
  /** Milliseconds since 1970; 0: no welcome yet, absent: the database could not be read. */
  readonly floor?: number;
  readonly systemNow: number;
  readonly ntp: NtpReport;
}

/** How far the system clock may be behind the floor before it is told: drift, and the way of the welcome. */
const toleranceMs = 60_000;

const found = finderOf(clockKinds);
const instant = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** The clock by which a controller decides, or would if it started now. */
function clockOf({ running, floor = 0, systemNow, ntp }: ClockFacts): ControllerStatus['clock'] {
  if (running !== undefined) return running;
  const inputs = { monotonicMs: 0, rtc: systemNow };
  const { now, ...status }: ClockStatus = examineClock(learnNtp(knowing(floor), ntp, inputs).known, inputs);
  return { ...status, time: new Date(now).toISOString() };
}

export function judgingTime(facts: ClockFacts): JudgingTime {
  const { state, time } = clockOf(facts);
  return { kind: state === 'unknown' ? 'notBefore' : 'now', at: Date.parse(time) };
}

export function judgeClock(facts: ClockFacts): readonly Finding[] {
  const { floor, systemNow, ntp } = facts;
  const behind = floor !== undefined && floor - systemNow > toleranceMs;
  return [
    standing(facts),
    ...(behind ? [found('clockBehindFloor', { now: instant(systemNow), floor: instant(floor) })] : []),
    judgeNtp(ntp),
  ];
}

function standing(facts: ClockFacts): Finding {
  const status = clockOf(facts);
  const clock = describeClock(status);
  switch (status.state) {
    case 'trusted':
      return found('clockTrusted', { clock });
    case 'held':
      return found('clockHeld', { clock });
    case 'unknown':
      return found(facts.running === undefined ? 'clockUnknownAtStart' : 'clockUnknown', { clock });
    default:
      return status.state satisfies never;
  }
}

function judgeNtp(ntp: NtpReport): Finding {
  switch (ntp.kind) {
    case 'disciplined':
      return found('ntpDisciplined', { client: ntp.client, errorMs: Math.ceil(ntp.errorMs) });
    case 'undisciplined':
      return found('ntpUndisciplined', ntp);
    case 'none':
      return found('ntpNone', {});
    case 'unreadable':
      return found('ntpUnreadable', ntp);
    default:
      return ntp satisfies never;
  }
}
