/** How a reader stands, from what its line says of it. Pure; time is given. */

/**
 * `lineDown`: its serial line cannot be used. `offline`: it does not answer. `uncommissioned`: it answers, and there is no
 * key of its own. `securing`: a channel is being set up. `refused`: it answers, and not as it must. Only from an `online`
 * reader anything is believed.
 */
export type ReaderState = 'lineDown' | 'offline' | 'uncommissioned' | 'securing' | 'refused' | 'online';

export interface ReaderStanding {
  readonly state: ReaderState;
  /** Why the line is down, for people. */
  readonly problem?: string;
  readonly sinceMs: number;
  /** The fault that stands, as it was told. */
  readonly fault: Exclude<ReaderState, 'online'> | undefined;
}

export type StandingNews =
  | { readonly kind: 'fault'; readonly fault: Exclude<ReaderState, 'online'> }
  | { readonly kind: 'ended'; readonly fault: Exclude<ReaderState, 'online'> };

/** A reader that is being asked for the first time, or sets up its channel anew, needs a moment. */
export const settleWithinMs = 5_000;

export const newStanding = (nowMs: number): ReaderStanding => ({
  state: 'offline',
  sinceMs: nowMs,
  fault: undefined,
});

export function stepStanding(
  before: ReaderStanding,
  change: { readonly state: ReaderState; readonly problem?: string } | undefined,
  nowMs: number,
): { readonly standing: ReaderStanding; readonly news?: StandingNews } {
  const standing: ReaderStanding =
    change === undefined
      ? before
      : {
          ...change,
          sinceMs: change.state === before.state ? before.sinceMs : nowMs,
          fault: before.fault,
        };
  const { state, fault } = standing;
  if (state === 'online') {
    const sound = { ...standing, fault: undefined };
    return fault === undefined ? { standing: sound } : { standing: sound, news: { kind: 'ended', fault } };
  }
  // Who has just been asked for the first time, or sets up its channel anew, may be well in a moment.
  const asked = state === 'offline' && (change === undefined || before.state === 'lineDown');
  const waits = state === 'securing' || asked;
  const due = state !== fault && (!waits || nowMs - standing.sinceMs >= settleWithinMs);
  return due
    ? { standing: { ...standing, fault: state }, news: { kind: 'fault', fault: state } }
    : { standing };
}
