/** What the event log still knows of calls when the controller starts; pure. */
import type { ClockReading } from '../access/facts.ts';
import type { CallsMade } from './limits.ts';

/** As far as it matters here; other fields are left alone. */
export interface CallRecord {
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  readonly call?: string;
  readonly reason?: string;
}

export interface Recalled {
  /** The tries of the last day, on a clock that shows `nowMs` monotonic milliseconds. */
  readonly made: CallsMade;
  /** Calls that began and never ended: the controller was killed in the middle of them. */
  readonly open: readonly string[];
}

const dayMs = 86_400_000;
/** Refusals that come before a try is counted. */
const uncounted: ReadonlySet<string | undefined> = new Set([
  'tooManyCalls',
  'lineBusy',
  'noPhone',
  'phoneFault',
]);

/**
 * @param records oldest first
 * @param clock the wall clock; a time that lies after it has not passed at all. While it is unknown it may show weeks ago,
 * and every call since would be of this moment: then it is as late as the last call at least.
 */
export function recall(records: readonly CallRecord[], clock: ClockReading, nowMs: number): Recalled {
  const times = records.map(({ time }) => Date.parse(time));
  const now =
    clock.state === 'unknown' ? times.reduce((one, other) => Math.max(one, other), clock.now) : clock.now;
  const open = new Set<string>();
  const made: number[] = [];
  for (const { type, time, call, reason } of records) {
    if (type === 'CallStarted' && call !== undefined) open.add(call);
    if (type === 'CallEnded' && call !== undefined) open.delete(call);
    const counts = type === 'CallStarted' || (type === 'CallRefused' && !uncounted.has(reason));
    const ageMs = Math.max(0, now - Date.parse(time));
    if (counts && ageMs < dayMs) made.push(nowMs - ageMs);
  }
  return { made: made.sort((one, other) => one - other), open: [...open] };
}
