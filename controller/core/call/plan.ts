/** Whom a call rings, one after the other, and when it rings nobody. */
import type { ClockReading } from '../access/facts.ts';
import type { Building, Resident } from '../dataset.ts';
import { localTime } from '../time/local-time.ts';
import { isInside, weeklyWindows } from '../time/windows.ts';
import type { CallTarget } from './line.ts';
import { numberRefusal } from './number-policy.ts';

export interface CallNumber {
  readonly number: string;
  readonly target: CallTarget;
}

/** `leftOut`: how many of the numbers that this call would have rung consoles do not dial; each counts once. */
export type CallPlan = { readonly leftOut: number } & (
  | { readonly kind: 'numbers'; readonly numbers: readonly [CallNumber, ...CallNumber[]] }
  | { readonly kind: 'refused'; readonly reason: 'noNumber' | 'doNotDisturb' }
);

/**
 * Override number, phone, further numbers, concierge; no number twice. In the resident's quiet hours only the concierge is
 * left. While the clock is unknown nobody knows whether it is such an hour: then it rings, because a person at the door
 * in winter counts more than a ring at night.
 */
export function planResidentCall(resident: Resident, building: Building, clock: ClockReading): CallPlan {
  const { overrideCallNumber, phone, escalationNumbers } = resident;
  const own: readonly (CallNumber | undefined)[] = [
    numbered('override', overrideCallNumber),
    numbered('phone', phone),
    ...escalationNumbers.map((number) => numbered('escalation', number)),
  ];
  const quiet = isQuiet(resident, building, clock);
  const plan = dialable([...(quiet ? [] : own), numbered('concierge', building.conciergeNumber)], building);
  if (plan.kind === 'refused' && quiet) return { ...plan, reason: 'doNotDisturb' };
  return plan;
}

export const planConciergeCall = (building: Building): CallPlan =>
  dialable([numbered('concierge', building.conciergeNumber)], building);

const numbered = (target: CallTarget, number: string | undefined): CallNumber | undefined =>
  number === undefined ? undefined : { target, number };

function isQuiet({ doNotDisturb }: Resident, { timezone }: Building, { state, now }: ClockReading): boolean {
  if (doNotDisturb === undefined || state === 'unknown') return false;
  return isInside(weeklyWindows(doNotDisturb), localTime(now, timezone));
}

function dialable(wanted: readonly (CallNumber | undefined)[], { callCountries }: Building): CallPlan {
  const seen = new Set<string>();
  const numbers: CallNumber[] = [];
  for (const next of wanted) {
    if (next === undefined || seen.has(next.number)) continue;
    seen.add(next.number);
    if (numberRefusal(next.number, callCountries) === undefined) numbers.push(next);
  }
  const leftOut = seen.size - numbers.length;
  const [first, ...rest] = numbers;
  return first === undefined
    ? { kind: 'refused', leftOut, reason: 'noNumber' }
    : { kind: 'numbers', leftOut, numbers: [first, ...rest] };
}
