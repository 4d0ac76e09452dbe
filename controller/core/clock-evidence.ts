/** How evidence of the time changes what the clock knows, and what of it is worth telling (DESIGN section 7). */
import {
  type Anchor,
  type ClockInputs,
  type ClockKnowledge,
  errorOf,
  instantOf,
  type NtpAnchor,
} from './clock.ts';
import type { NtpReport } from './ntp.ts';

/** Each is told once, when it begins or ends. */
export type ClockNews =
  /** The signed welcome wins: NTP's time is not used while it is so. */
  | { readonly kind: 'ntpDisputed'; readonly byMs: number }
  | { readonly kind: 'ntpAgreesAgain' }
  /** The known clock reads before the floor, which is taken as now instead. */
  | { readonly kind: 'behindFloor'; readonly byMs: number }
  | { readonly kind: 'caughtUpWithFloor' }
  /** NTP corrected itself by more than it stated; no welcome says otherwise. */
  | { readonly kind: 'ntpStepped'; readonly byMs: number };

export interface Learnt {
  readonly known: ClockKnowledge;
  readonly news: readonly ClockNews[];
}

/** Two sources that differ by less than this beyond their stated errors agree. */
const toleranceMs = 5_000;

/** How far `one` is ahead of `other`, where it is further than their errors explain. */
function contradiction(one: Anchor, other: Anchor, monotonicMs: number): number | undefined {
  const byMs = instantOf(one, monotonicMs) - instantOf(other, monotonicMs);
  const explainedMs = errorOf(one, monotonicMs) + errorOf(other, monotonicMs) + toleranceMs;
  return Math.abs(byMs) > explainedMs ? byMs : undefined;
}

/** The cloud's word stands, also when it lowers the floor: the caller persists it and raises the alarm. */
export function learnWelcome(known: ClockKnowledge, welcome: Anchor, monotonicMs: number): Learnt {
  const { ntp, ...others } = known;
  const learnt = { ...others, floor: welcome.time, welcome, behindFloor: false };
  if (ntp === undefined) return { known: learnt, news: [] };
  const byMs = contradiction(ntp, welcome, monotonicMs);
  if (byMs === undefined) return { known: { ...learnt, ntp }, news: [] };
  // A client that had stopped vouching is not accused of the time that its clock has drifted to since.
  if (!ntp.vouches) return { known: learnt, news: [] };
  return { known: { ...learnt, disputed: true }, news: [{ kind: 'ntpDisputed', byMs }] };
}

export function learnNtp(before: ClockKnowledge, report: NtpReport, inputs: ClockInputs): Learnt {
  const known = { ...before, report };
  if (report.kind === 'unreadable') return { known, news: [] };
  if (report.kind !== 'disciplined') return { known: withoutVouching(known), news: [] };
  const { monotonicMs, rtc } = inputs;
  const { client, errorMs } = report;
  const ntp: NtpAnchor = { time: rtc, atMonotonicMs: monotonicMs, errorMs, client, vouches: true };
  const byMs = known.welcome && contradiction(ntp, known.welcome, monotonicMs);
  return byMs === undefined ? accept(known, ntp) : refuse(known, byMs);
}

const withoutVouching = (known: ClockKnowledge): ClockKnowledge =>
  known.ntp === undefined ? known : { ...known, ntp: { ...known.ntp, vouches: false } };

function refuse(known: ClockKnowledge, byMs: number): Learnt {
  const { ntp: _, ...others } = known;
  return {
    known: { ...others, disputed: true },
    news: known.disputed ? [] : [{ kind: 'ntpDisputed', byMs }],
  };
}

function accept(known: ClockKnowledge, ntp: NtpAnchor): Learnt {
  const news: ClockNews[] = [];
  if (known.disputed) news.push({ kind: 'ntpAgreesAgain' });
  const stepMs = known.ntp && contradiction(ntp, known.ntp, ntp.atMonotonicMs);
  if (stepMs !== undefined) news.push({ kind: 'ntpStepped', byMs: stepMs });
  const behindMs = known.floor - ntp.time;
  // A welcome of this boot is the floor itself, and NTP agrees with it: see `contradiction`.
  const behindFloor = known.welcome === undefined && behindMs > ntp.errorMs + toleranceMs;
  if (behindFloor && !known.behindFloor) news.push({ kind: 'behindFloor', byMs: behindMs });
  if (!behindFloor && known.behindFloor) news.push({ kind: 'caughtUpWithFloor' });
  return { known: { ...known, ntp, disputed: false, behindFloor }, news };
}
