/** The clock's state, as a pure function of what is known (DESIGN section 7). NTP discipline joins as a further source. */
import type { ClockReading, EpochMs } from './access/facts.ts';

export interface ClockKnowledge {
  /** No instant before this one is believed; persisted, raised by welcomes only. */
  readonly floor: EpochMs;
  /** The last accepted welcome of this boot. */
  readonly welcome?: WelcomeTime;
}

export interface WelcomeTime {
  readonly time: EpochMs;
  /** Half a round trip before the welcome arrived; may have a fraction. */
  readonly atMonotonicMs: number;
}

/** A welcome comes every five minutes; after two missed ones the clock runs on unwatched. */
const freshMs = 11 * 60_000;
/** How far ahead of the floor a battery-backed clock is believed after a start. */
const rtcTrustMs = 90 * 86_400_000;

export interface ClockInputs {
  readonly monotonicMs: number;
  /** The system's clock, which may be anything after a cold boot. */
  readonly rtc: EpochMs;
}

/** The instant that a welcome and the monotonic time since tell: whole milliseconds, though half a round trip may not be. */
export const instantOf = (welcome: WelcomeTime, monotonicMs: number): EpochMs =>
  Math.floor(welcome.time + monotonicMs - welcome.atMonotonicMs);

export function readClock(
  { floor, welcome }: ClockKnowledge,
  { monotonicMs, rtc }: ClockInputs,
): ClockReading {
  if (welcome !== undefined) {
    const ageMs = monotonicMs - welcome.atMonotonicMs;
    return {
      state: ageMs <= freshMs ? 'trusted' : 'held',
      now: Math.max(floor, instantOf(welcome, monotonicMs)),
    };
  }
  const plausible = floor > 0 && rtc >= floor && rtc < floor + rtcTrustMs;
  return plausible ? { state: 'held', now: rtc } : { state: 'unknown', now: floor };
}
