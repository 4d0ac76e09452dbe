/** The building's wall clock. Days are counted, so that yesterday is `day - 1` whatever the clocks did. */
import type { EpochMs } from '../access/facts.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

export interface LocalTime {
  /** Calendar days since 1970-01-01 on the local calendar. */
  readonly day: number;
  /** Minutes of that day on the wall clock, 0–1439. */
  readonly minute: number;
}

/** One instant in one zone. The wall clock is read at most once, and only if somebody asks (it costs 2 µs). */
export interface Moment {
  readonly now: EpochMs;
  /** IANA name. */
  readonly zone: string;
  local(): LocalTime;
}

export function momentAt(now: EpochMs, zone: string): Moment {
  let local: LocalTime | undefined;
  return {
    now,
    zone,
    local: () => {
      local ??= localTime(now, zone);
      return local;
    },
  };
}

export function localTime(now: EpochMs, zone: string): LocalTime {
  const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const wall = now + Math.floor(offsetNanoseconds / 1_000_000);
  const day = Math.floor(wall / dayMs);
  return { day, minute: Math.floor((wall - day * dayMs) / minuteMs) };
}

/** ISO 8601: 1 = Monday … 7 = Sunday. 1970-01-01 was a Thursday. */
export const dayOfWeek = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

/** `2026-11-22` */
export const dateText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Minutes since midnight of `"08:30"`; 1440 for `"24:00"`. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
