/** How often one console may call: against toll fraud, and against somebody who rings the whole house. */

const minuteMs = 60_000;
const dayMs = 86_400_000;
const callsPerMinute = 6;
/** Then one at a time, so that whoever spends them in an hour does not close the line until tomorrow. */
const callsPerDay = 300;
const thenOneCallPerMs = 5 * minuteMs;

/** Monotonic instants of the calls of the last day, oldest first. */
export type CallsMade = readonly number[];

/** The calls with this one, or undefined where it is one too many. */
export function withCall(made: CallsMade, nowMs: number): CallsMade | undefined {
  const ofDay = made.filter((at) => nowMs - at < dayMs);
  const ofMinute = ofDay.filter((at) => nowMs - at < minuteMs);
  const lastAt = ofDay.at(-1);
  const waits = ofDay.length >= callsPerDay && lastAt !== undefined && nowMs - lastAt < thenOneCallPerMs;
  return waits || ofMinute.length >= callsPerMinute ? undefined : [...ofDay, nowMs];
}
