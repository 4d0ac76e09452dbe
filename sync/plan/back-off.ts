/** Doubles from `firstMs` up to `maxMs`; `attempt` counts from 0. */
export const backOffMs = (attempt: number, firstMs: number, maxMs: number): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
