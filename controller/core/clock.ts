/**
 * The clock's state, as a pure function of what is known (DESIGN section 7). Time is carried from an anchor by the monotonic
 * clock; the system's clock is looked at only where an NTP client vouches for it, or where there is no anchor at all.
 *
 * - Only a welcome moves the floor. NTP is not signed, and neither raises nor lowers it.
 * - An NTP anchor never contradicts the welcome: what disagrees with it is not kept.
 */
import type { ClockReading, EpochMs } from './access/facts.ts';
import type { NtpClient, NtpReport } from './ntp.ts';

/** An instant that was known to `errorMs` at one point of the monotonic clock, which may have a fraction. */
export interface Anchor {
  readonly time: EpochMs;
  readonly atMonotonicMs: number;
  readonly errorMs: number;
}

export interface NtpAnchor extends Anchor {
  readonly client: NtpClient;
  /** False once the client has said that it no longer does; an unreadable answer takes nothing back, and gives nothing. */
  readonly vouches: boolean;
}

export interface ClockKnowledge {
  /** No instant before this one is believed; persisted, raised by welcomes only. */
  readonly floor: EpochMs;
  /** The last accepted welcome of this boot. */
  readonly welcome?: Anchor;
  /** The last reading of this boot for which NTP vouched, and which agreed with the welcome. */
  readonly ntp?: NtpAnchor;
  /** What the NTP client said last. */
  readonly report: NtpReport;
  /** NTP and the welcome tell different times: told, until they agree again. */
  readonly disputed: boolean;
  /** The known clock is behind the floor: told, until it has caught up. */
  readonly behindFloor: boolean;
}

/** As at a start. */
export const knowing = (floor: EpochMs): ClockKnowledge => ({
  floor,
  report: { kind: 'none' },
  disputed: false,
  behindFloor: false,
});

export interface ClockInputs {
  readonly monotonicMs: number;
  /** The system's clock, which may be anything after a cold boot. */
  readonly rtc: EpochMs;
}

/** A reading, with what it rests on. */
export interface ClockStatus extends ClockReading {
  readonly source: 'welcome' | NtpClient | 'systemClock' | 'none';
  /** Since the welcome, or since the NTP client last vouched. */
  readonly ageMs?: number;
  /** The anchor's own error, the drift assumed since, and how far the floor is ahead of it; absent where nothing bounds it. */
  readonly errorMs?: number;
  readonly ntp: NtpReport;
}

/** A welcome comes every five minutes; after two missed ones the clock runs on unwatched. */
const freshWelcomeMs = 11 * 60_000;
/** NTP is asked about once a minute; three answers may be missed. */
const freshNtpMs = 4 * 60_000;
/** How far ahead of the floor a battery-backed clock is believed after a start. */
const rtcTrustMs = 90 * 86_400_000;
const weekMs = 7 * 86_400_000;
/** Assumed of a clock on its own. */
const driftPerWeekMs = 10_000;

/** What a clock may have drifted in `ageMs` since it was last known, in ms. */
export const driftOf = (ageMs: number): number => (ageMs * driftPerWeekMs) / weekMs;

/** The instant that an anchor and the monotonic time since tell: whole milliseconds, though half a round trip may not be. */
export const instantOf = ({ time, atMonotonicMs }: Anchor, monotonicMs: number): EpochMs =>
  Math.floor(time + monotonicMs - atMonotonicMs);

/** Below this no reading falls: what was persisted, or what a welcome and the monotonic time since make of it. */
export const floorAt = ({ floor, welcome }: ClockKnowledge, monotonicMs: number): EpochMs =>
  welcome === undefined ? floor : Math.max(floor, instantOf(welcome, monotonicMs));

export const errorOf = ({ errorMs, atMonotonicMs }: Anchor, monotonicMs: number): number =>
  errorMs + driftOf(monotonicMs - atMonotonicMs);

export function readClock(known: ClockKnowledge, inputs: ClockInputs): ClockReading {
  const { state, now } = examineClock(known, inputs);
  return { state, now };
}

export function examineClock(known: ClockKnowledge, { monotonicMs, rtc }: ClockInputs): ClockStatus {
  const { floor, report: ntp } = known;
  const best = bestOf(evidenceOf(known, monotonicMs));
  if (best !== undefined) {
    const { source, anchor, ageMs, isFresh } = best;
    const told = instantOf(anchor, monotonicMs);
    const now = Math.max(floorAt(known, monotonicMs), told);
    const errorMs = best.errorMs + now - told;
    return { state: isFresh ? 'trusted' : 'held', now, source, ageMs, errorMs, ntp };
  }
  const plausible = floor > 0 && rtc >= floor && rtc < floor + rtcTrustMs;
  return plausible
    ? { state: 'held', now: rtc, source: 'systemClock', ntp }
    : { state: 'unknown', now: floor, source: 'none', ntp };
}

/** A fresh welcome is named first and wins; where nothing is fresh, the least assumed error does. */
function bestOf(evidence: readonly Evidence[]): Evidence | undefined {
  let best: Evidence | undefined;
  for (const one of evidence) {
    if (one.isFresh) return one;
    if (best === undefined || one.errorMs < best.errorMs) best = one;
  }
  return best;
}

interface Evidence {
  readonly source: 'welcome' | NtpClient;
  readonly anchor: Anchor;
  readonly ageMs: number;
  readonly errorMs: number;
  readonly isFresh: boolean;
}

function evidenceOf({ welcome, ntp }: ClockKnowledge, monotonicMs: number): readonly Evidence[] {
  const of = (source: Evidence['source'], anchor: Anchor, freshMs: number): Evidence => {
    const ageMs = monotonicMs - anchor.atMonotonicMs;
    return { source, anchor, ageMs, errorMs: errorOf(anchor, monotonicMs), isFresh: ageMs <= freshMs };
  };
  const evidence: Evidence[] = [];
  if (welcome !== undefined) evidence.push(of('welcome', welcome, freshWelcomeMs));
  if (ntp !== undefined) {
    const byNtp = of(ntp.client, ntp, freshNtpMs);
    evidence.push({ ...byNtp, isFresh: ntp.vouches && byNtp.isFresh });
  }
  return evidence;
}
