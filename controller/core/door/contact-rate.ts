/**
 * Contacts that chatter: a loose wire, a bouncing reed, a door in the wind. Up to the limit every change counts at once; beyond
 * it only how the contact stands is looked at, every few seconds, and one event a minute tells how often it changed.
 */
export const chatterLimit = 30;
const chatterWindowMs = 60_000;
/** How often a chattering contact is looked at. */
export const chatterLookMs = 5_000;

export interface ContactRate {
  readonly sinceMs: number;
  readonly changes: number;
  readonly chattering: boolean;
}

export const quiet: ContactRate = { sinceMs: 0, changes: 0, chattering: false };

/** A change has come at `nowMs` of a monotonic clock. `began`: with this one it chatters. */
export function countChange(rate: ContactRate, nowMs: number): { rate: ContactRate; began: boolean } {
  const isOver = !rate.chattering && nowMs - rate.sinceMs >= chatterWindowMs;
  const sinceMs = isOver ? nowMs : rate.sinceMs;
  const changes = (isOver ? 0 : rate.changes) + 1;
  const began = !rate.chattering && changes > chatterLimit;
  return { rate: { sinceMs, changes, chattering: rate.chattering || began }, began };
}

export type RateNews =
  | { readonly kind: 'nothing' }
  /** It still chatters; so often in the minute that is over. */
  | { readonly kind: 'still'; readonly count: number }
  | { readonly kind: 'calm'; readonly count: number };

/** A chattering contact is looked at. */
export function lookAtRate(rate: ContactRate, nowMs: number): { rate: ContactRate; news: RateNews } {
  if (nowMs - rate.sinceMs < chatterWindowMs) return { rate, news: { kind: 'nothing' } };
  const { changes: count } = rate;
  if (count <= chatterLimit) return { rate: quiet, news: { kind: 'calm', count } };
  return { rate: { sinceMs: nowMs, changes: 0, chattering: true }, news: { kind: 'still', count } };
}
